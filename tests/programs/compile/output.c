// Linker and assembler are told to write elsewhere than they were.
__asm__(".pushsection .drectve\n.ascii \"-out:/usr/bin/env\"\n.popsection\n.file \"/etc/passwd\"\n.print \"said by the assembler\"");
int main(void) { return 0; }
