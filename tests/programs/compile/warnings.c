// A note for each of a million tokens: as many lines of output as nobody wants to read.
#define A x;
#define B A A A A A A A A A A
#define C B B B B B B B B B B
#define D C C C C C C C C C C
#define E D D D D D D D D D D
#define F E E E E E E E E E E
int main(void) { F F F F F F F F F F return 0; }
