// Stops itself and everyone it may.
#include <signal.h>
#include <unistd.h>

int main(void) {
    kill(1, SIGSTOP);
    kill(-1, SIGSTOP);
    raise(SIGSTOP);
    for (;;) pause();
}
