// Processes without measure: more than allowed, faster than they are killed, or where nobody looks for them.
#include "attack.h"

enum { MANY = 500 };
static atomic_int *made;

static void share(void) { made = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0); }

// Every process forks until there are many, and again whenever it is refused.
static void bomb(void) {
    share();
    double end = now(CLOCK_MONOTONIC) + 3;
    while (*made < MANY && now(CLOCK_MONOTONIC) < end)
        if (fork() < 0) told_once(strerrorname_np(errno));
        else ++*made;
    if (*made >= MANY) told_once("done");
}

static void bomb_left_behind(void) {
    if (fork()) return;
    setsid();
    bomb();
}

static void deeper(int depth) {
    if (depth == MANY) _exit(dprintf(1, "vforks: done\n") < 0);
    int child = vfork();
    if (child == 0) deeper(depth + 1);
    if (child < 0) told("vforks", child);
    _exit(0);
}
static void vforks(void) { deeper(0); }

static void *idle(void *unused) { return sleep(3), unused; }

static void threads(void) {
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 16384);
    for (int i = 0; i < MANY; i++) {
        pthread_t thread;
        if ((errno = pthread_create(&thread, &small, idle, 0))) exit(told("threads", -1) == 0);
    }
    told("threads", 0);
}

static void zombies(void) {
    for (int i = 0; i < MANY; i++) {
        int child = fork();
        if (child == 0) _exit(0);
        if (child < 0) exit(told("zombies", -1) == 0);
    }
    told("zombies", 0);
}

// Orphans, one after another, that pid 1 has to reap.
static void orphans(void) {
    for (int i = 0; i < 300; i++) {
        int child = fork();
        if (child < 0) {
            told("orphans", -1);
            return;
        }
        if (child == 0) _exit(fork() < 0);
        int status;
        waitpid(child, &status, 0);
        if (status) {
            dprintf(1, "orphans: refused\n");
            return;
        }
        sleep_for(0.001);
    }
    told("orphans", 0);
}

// Children that are pid 1's at once, as if it had forked them, and end before the program does.
static void siblings(void) {
    for (int i = 0; i < 20; i++)
        if (!syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0)) _exit(7);
    sleep_for(0.1);
    told("siblings", 0);
    exit(3);
}

// Children that tell nobody of their end, or by another signal; a plain wait does not find them.
static void silent(void) {
    for (int i = 0; i < 20; i++) {
        if (!syscall(SYS_clone, 0, 0, 0, 0, 0)) _exit(sleep(3));
        if (!syscall(SYS_clone, SIGUSR2 | CLONE_PARENT, 0, 0, 0, 0)) _exit(sleep(3));
    }
    told("silent", 0);
}

static void beat(void) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, 0);
    int file = open("/code/beat", O_CREAT | O_WRONLY | O_APPEND, 0600);
    for (double end = now(CLOCK_MONOTONIC) + 3; now(CLOCK_MONOTONIC) < end; sleep_for(0.001)) write(file, ".", 1);
    _exit(0);
}

static void daemon_(void) {
    if (fork()) return sleep_for(0.05);
    setsid();
    if (fork()) _exit(0);
    beat();
}

// A daemon's foster father that takes the place of pid 1.
static void subreaper(void) {
    if (fork()) return sleep_for(0.05);
    setsid();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (int i = 0; i < 4; i++)
        if (!fork()) {
            if (!fork()) beat();
            _exit(0);
        }
    beat();
}

// Each process lives only until it has forked the next, so that no list of them is ever true.
static void leapfrog(void) {
    double end = now(CLOCK_MONOTONIC) + 3;
    for (int i = 0; i < 4; i++) {
        if (fork()) continue;
        int file = open("/code/beat", O_CREAT | O_WRONLY | O_APPEND, 0600);
        while (now(CLOCK_MONOTONIC) < end) {
            if (fork() > 0) _exit(0);
            write(file, ".", 1);
        }
        _exit(0);
    }
    sleep_for(0.05);
}

// Says whether what an earlier run left is still at work.
static void beats(void) {
    struct stat before, after;
    if (stat("/code/beat", &before)) exit(1);
    sleep_for(0.1);
    stat("/code/beat", &after);
    dprintf(1, "%s\n", before.st_size == after.st_size ? "silence" : "it lives");
}

// The first thread ends, and the others go on with what the process had to do.
static void *go_on(void *unused) {
    sleep_for(0.1);
    dprintf(1, "the second thread\n");
    exit(4);
}
static void headless(void) {
    pthread_t thread;
    pthread_create(&thread, 0, go_on, 0);
    pthread_exit(0);
}

ATTACKS({"bomb", bomb}, {"bomb-left-behind", bomb_left_behind}, {"vforks", vforks}, {"threads", threads},
        {"zombies", zombies}, {"orphans", orphans}, {"siblings", siblings}, {"silent", silent},
        {"daemon", daemon_}, {"subreaper", subreaper}, {"leapfrog", leapfrog}, {"beats", beats},
        {"headless", headless})
