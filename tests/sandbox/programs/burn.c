// Uses SECONDS of CPU time in the way named: alone, in four threads, in children waited for, one after another
// unseen, or left alone.
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds;

static void burn(clockid_t clock, double share) {
    struct timespec now;
    do clock_gettime(clock, &now);
    while (now.tv_sec + now.tv_nsec / 1e9 < share);
}

static void *thread(void *unused) {
    burn(CLOCK_THREAD_CPUTIME_ID, seconds / 4);
    return 0;
}

int main(int argc, char **argv) {
    seconds = atof(argv[2]);
    if (!strcmp(argv[1], "alone")) {
        burn(CLOCK_PROCESS_CPUTIME_ID, seconds);
    } else if (!strcmp(argv[1], "threads")) {
        pthread_t threads[4];
        for (int i = 0; i < 4; i++) pthread_create(&threads[i], 0, thread, 0);
        for (int i = 0; i < 4; i++) pthread_join(threads[i], 0);
    } else if (!strcmp(argv[1], "children")) {
        for (int i = 0; i < 4; i++)
            if (!fork()) {
                burn(CLOCK_PROCESS_CPUTIME_ID, seconds / 4);
                _exit(0);
            }
        while (wait(0) > 0) {}
    } else if (!strcmp(argv[1], "unseen")) {
        // The kernel reaps these itself; wait returns when there is none left.
        signal(SIGCHLD, SIG_IGN);
        for (double done = 0; done < seconds; done += 0.05) {
            if (!fork()) {
                burn(CLOCK_PROCESS_CPUTIME_ID, 0.05);
                _exit(0);
            }
            wait(0);
        }
    } else {
        // The kernel reaps these itself; the parent neither waits nor works.
        signal(SIGCHLD, SIG_IGN);
        for (int i = 0; i < 4; i++)
            if (!fork()) {
                burn(CLOCK_PROCESS_CPUTIME_ID, seconds / 4);
                _exit(0);
            }
        pause();
    }
    return 0;
}
