// Uses 0.8 s of CPU time in ways that are hard to see, then says so.
#include "attack.h"
#include <sys/random.h>

#define MUCH 0.8

static void said(void) { dprintf(1, "burnt\n"); }
static void alone(void) { burn(MUCH); said(); }

static void *share(void *unused) {
    double end = now(CLOCK_THREAD_CPUTIME_ID) + MUCH / 8;
    while (now(CLOCK_THREAD_CPUTIME_ID) < end) {}
    return 0;
}
static void threads(void) {
    pthread_t all[8];
    for (int i = 0; i < 8; i++) pthread_create(all + i, 0, share, 0);
    for (int i = 0; i < 8; i++) pthread_join(all[i], 0);
    said();
}

static void children(void) {
    for (int i = 0; i < 4; i++)
        if (!fork()) {
            burn(MUCH / 4);
            _exit(0);
        }
    while (wait(0) > 0) {}
    said();
}

// The kernel takes these away by itself, one after another; their parent neither asks nor learns.
static void unseen(void) {
    signal(SIGCHLD, SIG_IGN);
    for (double done = 0; done < MUCH; done += 0.05) {
        if (!fork()) {
            burn(0.05);
            _exit(0);
        }
        wait(0);
    }
    said();
}

static void flickering(void) {
    signal(SIGCHLD, SIG_IGN);
    for (double done = 0; done < MUCH; done += 0.002) {
        if (!fork()) {
            burn(0.002);
            _exit(0);
        }
        wait(0);
    }
    said();
}

// Children and grandchildren whose parents are gone, while the program sleeps.
static void orphans(void) {
    for (int i = 0; i < 4; i++)
        if (!fork()) {
            setsid();
            if (!fork()) burn(MUCH / 4);
            _exit(0);
        }
    while (wait(0) > 0) {}
    sleep_for(MUCH);
    said();
}

// A chain: each burns a little and leaves the rest to a child that outlives it.
static void relay(void) {
    signal(SIGCHLD, SIG_IGN);
    int ends[2];
    char byte;
    pipe(ends);
    if (!fork()) {
        close(ends[0]);
        for (double done = 0; done < MUCH; done += 0.02) {
            burn(0.02);
            if (fork()) _exit(0);
        }
        _exit(0);
    }
    close(ends[1]);
    read(ends[0], &byte, 1);
    said();
}

static void *alone_in_thread(void *unused) {
    burn(MUCH);
    said();
    exit(0);
}
static void headless(void) {
    pthread_t thread;
    pthread_create(&thread, 0, alone_in_thread, 0);
    pthread_exit(0);
}

// Not the program's own steps but the kernel's, for it.
static void in_kernel(void) {
    static char block[1 << 20];
    for (double end = now(CLOCK_PROCESS_CPUTIME_ID) + MUCH; now(CLOCK_PROCESS_CPUTIME_ID) < end;)
        getrandom(block, sizeof block, 0);
    said();
}

static void by_exec(void) {
    // Each exec is a new program with the old one's time.
    double done = now(CLOCK_PROCESS_CPUTIME_ID);
    if (done > MUCH) return said();
    burn(0.05);
    execl("/proc/self/exe", "burn", "by-exec", (char *)0);
}

// Says that it had no time at all: the clocks of a process are its own, but not its to set.
static void clocks(void) {
    struct timespec zero = {0}, some = {1000000000};
    TRY("process clock", clock_settime(CLOCK_PROCESS_CPUTIME_ID, &zero));
    TRY("monotonic clock", clock_settime(CLOCK_MONOTONIC, &zero));
}

ATTACKS({"alone", alone}, {"threads", threads}, {"children", children}, {"unseen", unseen},
        {"flickering", flickering}, {"orphans", orphans}, {"relay", relay}, {"headless", headless},
        {"in-kernel", in_kernel}, {"by-exec", by_exec}, {"clocks", clocks})
