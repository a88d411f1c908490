// What the assembler puts into the program as it is.
__asm__(".incbin \"/etc/shadow\"");
int main(void) { return 0; }
