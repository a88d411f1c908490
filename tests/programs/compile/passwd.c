#include "/etc/passwd"
#include "/etc/hostname"
#include "/etc/machine-id"
int main(void) { return 0; }
