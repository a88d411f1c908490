// The assembler prints for ever.
__asm__(".rept 100000000\n.print \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"\n.endr");
int main(void) { return 0; }
