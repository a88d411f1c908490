// An error for each of a hundred thousand tokens: more lines of output than anyone wants to read.
#define A 0 = 0;
#define B A A A A A A A A A A
#define C B B B B B B B B B B
#define D C C C C C C C C C C
#define E D D D D D D D D D D
#define F E E E E E E E E E E
int main(void) { F return 0; }
