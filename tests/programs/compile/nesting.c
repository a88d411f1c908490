// Deeper than the compiler's stack.
#define A ((((((((((((((((((((
#define B A A A A A A A A A A
#define C B B B B B B B B B B
#define D C C C C C C C C C C
#define E D D D D D D D D D D
int main(void) { return E E E E E E E E E E 0; }
