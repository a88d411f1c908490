// Forks for ever, in every process; prints what the first fork that fails says, and goes on.
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
    for (;;)
        if (fork() < 0) {
            dprintf(1, "%d\n", errno);
            pause();
        }
}
