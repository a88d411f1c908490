// Leaves a daemon behind, out of session and parentage, with all signals blocked, that writes while it lives.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

int main(void) {
    if (fork()) {
        usleep(50000);
        return 0;
    }
    setsid();
    if (fork()) return 0;
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, 0);
    int file = open("/code/beat", O_CREAT | O_WRONLY | O_APPEND, 0600);
    for (;;) {
        write(file, ".", 1);
        usleep(1000);
    }
}
