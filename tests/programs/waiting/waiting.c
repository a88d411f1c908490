// Waits for what never comes, by any means, for 0.8 s, which is long past the limit, and then says so.
#include "attack.h"
#include <linux/futex.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/file.h>

#define LONG 0.8

static void over(int signal) { _exit(dprintf(1, "it waited\n") < 0); }

static void bell(void) {
    signal(SIGALRM, over);
    setitimer(ITIMER_REAL, &(struct itimerval){{0}, {0, 800000}}, 0);
}

static void asleep(void) { sleep_for(LONG); over(0); }
static void pause_(void) { bell(); pause(); }

static void wait_for_signal(void) {
    sigset_t none;
    sigfillset(&none);
    sigprocmask(SIG_BLOCK, &none, 0);
    setitimer(ITIMER_REAL, &(struct itimerval){{0}, {0, 800000}}, 0);
    int got;
    sigwait(&none, &got);
    over(0);
}

// Stopped, which is neither ended nor waiting: a child wakes it up again.
static void stopped(void) {
    int self = getpid();
    if (!fork()) {
        sleep_for(LONG);
        kill(self, SIGCONT);
        _exit(0);
    }
    raise(SIGSTOP);
    over(0);
}

static void group_stopped(void) {
    setpgid(0, 0);
    if (!fork()) {
        setsid();
        sleep_for(LONG);
        kill(-getppid(), SIGCONT);
        _exit(0);
    }
    for (int i = 0; i < 4; i++)
        if (!fork()) {
            sleep_for(LONG);
            _exit(0);
        }
    sleep_for(0.05);  // until the one that is to wake us has left the group
    kill(0, SIGSTOP);
    over(0);
}

// The program stops; what it has left at work burns.
static void stopped_and_burning(void) {
    int self = getpid();
    if (!fork()) {
        burn(0.8);
        kill(self, SIGCONT);
        _exit(0);
    }
    raise(SIGSTOP);
    dprintf(1, "burnt\n");
}

// Waits inside the kernel for its child to exec, where only death can reach it.
static void vfork_(void) {
    if (!vfork()) {
        sleep_for(LONG);
        _exit(0);
    }
    over(0);
}

static void futex(void) {
    static int word;
    bell();
    for (;;) syscall(SYS_futex, &word, FUTEX_WAIT, 0, 0, 0, 0);
}

static void own_pipe(void) {
    int ends[2];
    char byte;
    pipe(ends);
    bell();
    read(ends[0], &byte, 1);
}

static void fifo(void) {
    mkfifo("/tmp/fifo", 0600);
    bell();
    open("/tmp/fifo", O_RDONLY);
}

static void lock(void) {
    int one = open("/tmp/lock", O_CREAT | O_RDWR, 0600), two = open("/tmp/lock", O_RDWR);
    flock(one, LOCK_EX);
    bell();
    flock(two, LOCK_EX);
}

static void child(void) {
    int self = fork();
    if (!self) {
        raise(SIGSTOP);
        _exit(0);
    }
    bell();
    waitpid(self, 0, 0);
}

static void spin(void) {
    for (double end = now(CLOCK_MONOTONIC) + LONG; now(CLOCK_MONOTONIC) < end; sleep_for(0.0001)) {}
    over(0);
}

static void just_below(void) {
    sleep_for(0.2);
    dprintf(1, "in time\n");
}

// Ends, and leaves others that wait: the run is over when the program is.
static void behind(void) {
    for (int i = 0; i < 10; i++)
        if (!fork()) {
            setsid();
            sleep_for(LONG);
            over(0);
        }
}

ATTACKS({"asleep", asleep}, {"pause", pause_}, {"signal", wait_for_signal}, {"stopped", stopped},
        {"group-stopped", group_stopped}, {"stopped-and-burning", stopped_and_burning}, {"vfork", vfork_},
        {"futex", futex}, {"own-pipe", own_pipe}, {"fifo", fifo}, {"lock", lock}, {"child", child},
        {"spin", spin}, {"just-below", just_below}, {"behind", behind})
