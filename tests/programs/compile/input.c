// The compiler's own input, which nobody will ever end if it is not closed.
#include "/dev/stdin"
int main(void) { return 0; }
