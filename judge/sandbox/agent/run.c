/* Runs programs one after another, as pid 1 of the box: starts each, watches its limits, ends everything that
 * it left running, and says whether it left a trace. */

#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

/* What the judge may ask of init. */
enum { RUN = 1, STOP, ASK };

/* Why a run is over, as order.py numbers them. */
enum reason { EXIT, CPU, WALL, MEMORY, STOPPED };

#define MILLISECOND 1000000LL

static const int64_t REAP_EVERY_NS = 20 * MILLISECOND; /* orphans are ours, and each counts until then */
static const int64_t SAMPLE_EVERY_NS = 5 * MILLISECOND;
static const int64_t SHORTEST_WAIT_NS = MILLISECOND;
static const int64_t MOST_BYTES_A_MS = 8 << 20; /* that a processor can touch for the first time, and more */

enum { MOST_COLLECTING_MS = 100, MOST_MOMENTS = 1000, MOST_PATHS = 8 };
enum { MOST_WORDS = PACKET_BYTES / 9, MOST_LIMITS = 16 };

/* A program to be started, and what its child says of the start: the two share their memory until exec. */
static struct {
    bool scratch_is_new;
    int64_t cpu_ns, wall_ns, memory_bytes;
    int limit_count;
    struct {
        int which;
        rlim_t most;
    } limits[MOST_LIMITS];
    int path_count;
    const char *paths[MOST_PATHS];
    const char *argv[MOST_WORDS], *env[MOST_WORDS];
    int streams[3];
    volatile int64_t began_ns; /* 0 until all was done but the exec */
    volatile int failure;      /* errno of the exec */
    const char *volatile step; /* that failed before, or NULL */
} order;

/* The main process of a run, by whose end the run is over. */
static struct {
    pid_t pid;
    int pidfd;
    bool ended;
    int wait_status;
} program;

static struct packet packet;
static bool memory_is_sampled, cpu_is_sampled;
static int processors;

/* Files of our /proc, held open: how the memory killer sees us, and where the numbers of processes go on,
 * which not every kernel has. */
static int oom_score = -1, last_pid = -1;
int socket_count = -1;
static char own_oom_score[8];

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int take_words(const char **words, int most) {
    int64_t count = packet_number(&packet);
    if (count < 0 || count >= most)
        die_because("agent", "a packet has too many words");
    for (int64_t i = 0; i < count; i++)
        words[i] = packet_string(&packet, NULL);
    words[count] = NULL;
    return count;
}

static void take_order(void) {
    order.scratch_is_new = packet_number(&packet);
    order.cpu_ns = packet_number(&packet);
    order.wall_ns = packet_number(&packet);
    order.memory_bytes = packet_number(&packet);
    order.limit_count = packet_number(&packet);
    if (order.limit_count < 0 || order.limit_count > MOST_LIMITS)
        die_because("agent", "a packet has too many limits");
    for (int i = 0; i < order.limit_count; i++) {
        order.limits[i].which = packet_number(&packet);
        order.limits[i].most = packet_number(&packet);
    }
    order.path_count = take_words(order.paths, MOST_PATHS);
    take_words(order.argv, MOST_WORDS);
    take_words(order.env, MOST_WORDS);
    for (int i = 0; i < 3; i++)
        order.streams[i] = packet_descriptor(&packet);
    packet_done(&packet);
    order.began_ns = 0;
    order.failure = 0;
    order.step = NULL;
}

static int lower_limits(void) {
    for (int i = 0; i < order.limit_count; i++) {
        struct rlimit limit;
        if (getrlimit(order.limits[i].which, &limit))
            return -1;
        if (order.limits[i].most < limit.rlim_max)
            limit.rlim_max = order.limits[i].most;
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(order.limits[i].which, &limit))
            return -1;
    }
    return 0;
}

/* In the child, which borrows our memory until its exec: become the program. */
static int become(void *unused) {
    (void)unused;
    const char *step = NULL;
    if (setsid() < 0)
        step = "setsid";
    for (int i = 0; i < 3 && !step; i++)
        if (dup2(order.streams[i], i) < 0)
            step = "dup2";
    if (!step && chdir(SCRATCH))
        step = "chdir";
    if (!step && lower_limits())
        step = "setrlimit";
    if (!step && syscall(SYS_close_range, 3, ~0U, 0))
        step = "close_range";
    if (step) {
        order.failure = errno;
        order.step = step;
        _exit(1);
    }
    int failure = ENOENT;
    order.began_ns = now_ns();
    for (int i = 0; i < order.path_count; i++) {
        execve(order.paths[i], (char **)order.argv, (char **)order.env);
        if (errno != ENOENT)
            failure = errno; /* that it is there, and what is wrong with it, tells more */
        if (errno != ENOENT && errno != EACCES)
            break;
    }
    order.failure = failure;
    _exit(127);
}

static void set_oom_score(const char *score) {
    if (pwrite(oom_score, score, strlen(score), 0) < 0)
        die("agent", "oom_score_adj");
}

/* Start the program; returns once it runs, or could not be run. It is what the kernel's memory killer takes
 * first: it inherits our score, which is raised for this moment. */
static void start(void) {
    static char stack[64 << 10] __attribute__((aligned(16)));
    int how = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
    set_oom_score("1000");
    program.ended = false;
    program.pid = clone(become, stack + sizeof stack, how, NULL, &program.pidfd);
    if (program.pid < 0)
        die("start of a program", "clone");
    set_oom_score(own_oom_score);
    for (int i = 0; i < 3; i++)
        close(order.streams[i]);
    if (order.step) {
        errno = order.failure;
        die("start of a program", order.step);
    }
}

/* Whether the last process that was given a number is the program, the first of its run. */
static bool was_alone(void) {
    char text[16] = "";
    return pread(last_pid, text, sizeof text - 1, 0) > 0 && atoi(text) == program.pid;
}

/* Take leave of ended children, with WNOHANG of those that there are, otherwise of all. Returns whether any
 * is left. */
static bool reap(int options) {
    struct rusage used;
    int status;
    pid_t pid;
    while ((pid = wait4(-1, &status, __WALL | options, &used)) > 0) {
        int64_t cpu_us = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000LL + used.ru_utime.tv_usec +
                         used.ru_stime.tv_usec;
        usage_reaped(pid, cpu_us * 1000, (int64_t)used.ru_maxrss << 10);
        if (pid == program.pid) {
            program.ended = true;
            program.wait_status = status;
        }
    }
    return pid == 0;
}

/* End all that the program left. Whatever lives has one of our children above it, since we inherit orphans;
 * so where there is none left, there is nobody. The kernel holds all forks while it sends to -1, so none
 * slips through. */
static void end_all(void) {
    static const struct timespec moment = {0, MILLISECOND / 10};
    if (reap(WNOHANG)) {
        kill(-1, SIGKILL);
        reap(0);
    }
    if (was_alone())
        return;
    /* One that nobody waits for has a number for a moment more, which the next run must find free. */
    for (int left = MOST_MOMENTS; left > 0 && !kill(-1, 0); left--)
        nanosleep(&moment, NULL);
}

static int64_t least(int64_t one, int64_t other) {
    return one < other ? one : other;
}

/* How long to wait until the next look at the processes, where no account tells what they use. A program that
 * is alone is left in peace for as long as its memory cannot have come near its limit: the kernel keeps its
 * peak. */
static int64_t until_next_look(int64_t last_wait) {
    if (!memory_is_sampled && !cpu_is_sampled)
        return REAP_EVERY_NS;
    if (!was_alone())
        return least(SAMPLE_EVERY_NS, 2 * last_wait);
    int64_t room = memory_is_sampled ? order.memory_bytes - usage_memory_bytes() : INT64_MAX;
    return least(4 * last_wait, least(REAP_EVERY_NS, room / MOST_BYTES_A_MS * MILLISECOND));
}

/* Wait until the program ends or must. It is first looked at when it has had a moment. */
static enum reason watch(void) {
    struct pollfd watched[] = {{.fd = program.pidfd, .events = POLLIN}, {.fd = control, .events = POLLIN}};
    int64_t longest = memory_is_sampled || cpu_is_sampled ? SHORTEST_WAIT_NS : REAP_EVERY_NS;
    for (;;) {
        int64_t cpu_left = order.cpu_ns - usage_cpu_ns();
        int64_t wall_left = order.wall_ns - (now_ns() - order.began_ns);
        if (cpu_left < 0)
            return CPU;
        if (wall_left < 0)
            return WALL;
        int64_t wait = least(longest, least(cpu_left / processors, wall_left));
        if (wait < SHORTEST_WAIT_NS)
            wait = SHORTEST_WAIT_NS;
        struct timespec timeout = {wait / 1000000000, wait % 1000000000};
        if (ppoll(watched, 2, &timeout, NULL) < 0 && errno != EINTR)
            die("agent", "poll");
        if (watched[0].revents)
            return EXIT;
        if (watched[1].revents) {
            packet_receive(&packet);
            if (packet_number(&packet) != ASK)
                return STOPPED;
            if (!usage_is_ending(program.pid))
                answer(NULL, 0);
        }
        reap(WNOHANG);
        if (program.ended)
            return EXIT;
        usage_look(order.memory_bytes, was_alone() ? program.pid : 0);
        if (memory_is_sampled && usage_memory_bytes() > order.memory_bytes)
            return MEMORY;
        longest = until_next_look(longest);
    }
}

/* All by which an untouched folder differs from one that was written to. */
static struct trace {
    uint64_t free_blocks, free_files, inode, device, mode, names_bytes, next_inode;
    struct timespec changed, modified;
} trace_of_scratch(void) {
    struct statfs space;
    struct stat folder;
    if (statfs(SCRATCH, &space) || stat(SCRATCH, &folder))
        die("private tmpfs", "statfs");
    ssize_t names = listxattr(SCRATCH, NULL, 0);
    /* A file that never had a name changes nothing but the number that the next one gets. */
    struct stat nameless = {0};
    int file = open(SCRATCH, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0) {
        fstat(file, &nameless);
        close(file);
    }
    return (struct trace){space.f_bfree,   space.f_ffree,  folder.st_ino,
                          folder.st_dev,   folder.st_mode, names < 0 ? 0 : names,
                          nameless.st_ino, folder.st_ctim, folder.st_mtim};
}

/* Have the kernel free what was sent into sockets that nobody holds, if there are any: it looks when one is
 * closed. Wait a while for that, since files are still open in them, and locks of theirs held. */
static void collect_sockets(void) {
    static const char none[] = "sockets: used 0\n";
    static const struct timespec moment = {0, MILLISECOND};
    char text[sizeof none];
    for (int left = socket_count < 0 ? 1 : MOST_COLLECTING_MS; left > 0; left--) {
        int ends[2];
        if (pread(socket_count, text, sizeof none - 1, 0) > 0 && !memcmp(text, none, sizeof none - 1))
            return;
        if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends))
            return; /* too many are open on the machine; the next run tries again */
        close(ends[0]);
        close(ends[1]);
        nanosleep(&moment, NULL);
    }
}

static void run(void) {
    take_order();
    static struct trace fresh;
    if (order.scratch_is_new)
        fresh = trace_of_scratch();
    usage_begin();
    start();
    enum reason reason = watch();
    int64_t wall_ns = now_ns() - order.began_ns;
    close(program.pidfd);
    end_all();
    usage_end();
    if (memory_is_sampled && usage_memory_bytes() > order.memory_bytes)
        reason = MEMORY;
    int64_t cpu_ns = usage_cpu_ns();
    collect_sockets();
    /* Number the next run's processes from the start again: how many there were is a message, too. */
    if (last_pid >= 0 && pwrite(last_pid, "1", 1, 0) < 0)
        die("agent", "ns_last_pid");
    struct trace now = trace_of_scratch();
    fresh.next_inode++; /* ours, just now */
    int64_t numbers[] = {reason,
                         program.wait_status,
                         cpu_ns,
                         wall_ns,
                         usage_memory_bytes(),
                         order.failure,
                         order.began_ns,
                         folder_bytes(CODE),
                         folder_bytes(SCRATCH),
                         memcmp(&fresh, &now, sizeof now) == 0};
    answer(numbers, sizeof numbers / sizeof *numbers);
}

/* Open what every run needs of /proc, while it is ours: afterwards we cannot be dumped, and it is root's. */
void prepare_runs(void) {
    prctl(PR_SET_DUMPABLE, 1);
    oom_score = openat(whole_proc, "1/oom_score_adj", O_RDWR | O_CLOEXEC);
    prctl(PR_SET_DUMPABLE, 0);
    ssize_t length = read(oom_score, own_oom_score, sizeof own_oom_score - 1);
    if (length <= 0)
        die("agent", "oom_score_adj");
    own_oom_score[length] = 0;
    last_pid = openat(whole_proc, "sys/kernel/ns_last_pid", O_RDWR | O_CLOEXEC);
    socket_count = openat(whole_proc, "1/net/sockstat", O_RDONLY | O_CLOEXEC);
}

_Noreturn void serve_runs(int cpu_counter, bool samples_memory) {
    cpu_set_t own;
    if (sched_getaffinity(0, sizeof own, &own))
        die("agent", "sched_getaffinity");
    processors = CPU_COUNT(&own);
    memory_is_sampled = samples_memory;
    cpu_is_sampled = cpu_counter < 0;
    usage_setup(cpu_counter, samples_memory);
    for (;;) {
        packet_receive(&packet);
        switch (packet_number(&packet)) {
        case RUN:
            run();
            break;
        case STOP:
        case ASK:
            break; /* it crossed our answer on the way: that run is over */
        default:
            die_because("agent", "an unknown request");
        }
    }
}
