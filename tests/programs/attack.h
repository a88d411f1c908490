// What the hostile programs share: how an attempt is told, and how one attack of a file is chosen.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MIB (1L << 20)

// Tells what came of an attempt: "NAME: done", or "NAME: " and the error that it was refused with.
static long told(const char *name, long result) {
    dprintf(1, "%s: %s\n", name, result == -1 ? strerrorname_np(errno) : "done");
    return result;
}
#define TRY(name, call) told(name, (errno = 0, (long)(call)))

// Tells one thing, whoever of many processes and threads comes first.
static void told_once(const char *text) {
    static atomic_int *said; // first that somebody tells, then that it is told: the end of another could cut it off
    if (!text) said = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    else if (!atomic_exchange(said, 1)) atomic_store(said + 1, dprintf(1, "%s\n", text));
    else while (!atomic_load(said + 1)) sched_yield();
}

// Ends at once where no pid namespace is around us: what follows would hit the machine.
static void only_in_a_box(void) {
    if (getppid() > 1 || getpid() > 10000) _exit(99);
}

static double now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void sleep_for(double seconds) {
    struct timespec time = {seconds, (seconds - (long)seconds) * 1e9};
    while (nanosleep(&time, &time) && errno == EINTR) {}
}

// Uses CPU time of this process.
static void burn(double seconds) {
    double end = now(CLOCK_PROCESS_CPUTIME_ID) + seconds;
    while (now(CLOCK_PROCESS_CPUTIME_ID) < end) {}
}

// Sends descriptors into a socket.
static long send_descriptors(int to, int what, int times) {
    char control[CMSG_SPACE(sizeof(int) * 253)] = {0}, byte = 0;
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control,
                             .msg_controllen = CMSG_SPACE(sizeof(int) * times)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * times);
    for (int i = 0; i < times; i++) memcpy(CMSG_DATA(header) + i * sizeof(int), &what, sizeof what);
    return sendmsg(to, &message, MSG_DONTWAIT);
}

struct attack {
    const char *name;
    void (*run)(void);
};

static char **given;  // the arguments after the attack's name

static int choose(char **argv, const struct attack *attacks) {
    told_once(0);
    for (; attacks->name; attacks++)
        if (argv[1] && !strcmp(argv[1], attacks->name)) {
            given = argv + 2;
            attacks->run();
            return 0;
        }
    dprintf(2, "no attack of that name\n");
    return 98;
}
#define ATTACKS(...) \
    int main(int argc, char **argv) { return choose(argv, (struct attack[]){__VA_ARGS__, {0}}); }
