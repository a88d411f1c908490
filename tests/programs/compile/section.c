// As many bytes as one directive can ask the assembler for.
__asm__(".data\n.fill 0x100000000, 8, 1\n");
int main(void) { return 0; }
