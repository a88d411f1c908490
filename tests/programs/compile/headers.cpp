#include </proc/self/environ>
#include </proc/self/cmdline>
#include </dev/random>
int main() { return 0; }
