/* What the processes of a run use: by the control group's account, or by asking one process after another.
 *
 * Without an account, a process that vanished between two looks was reaped by its parent, whose figures then
 * hold all it used, or by the kernel unseen (where the parent ignores SIGCHLD), and nobody's do. So what was
 * last seen of it stays with its parent, beside the parent's own word on its children; the greater of both
 * counts. What escapes is what such children use after they were last asked. Of memory escape pages that are
 * shared, unmapped and still held, and a peak between two looks of a process that is not alone; a single
 * process's own peak is exact but for the mapped files in it, since the kernel keeps it. */

#define _GNU_SOURCE
#include "agent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <time.h>
#include <unistd.h>

struct seen {
    pid_t pid, parent;
    bool lives;
    char state; /* as /proc/PID/stat gives it */
    int64_t own_ns;
    int64_t children_ns; /* of those it has waited for, as it says */
    int64_t unseen_ns;   /* of those that vanished below it, as they were last seen */
    int64_t ended_ns;    /* by the kernel's last word on it; -1 while there is none */
    int64_t anonymous_bytes, shared_bytes, other_bytes; /* as last asked */
    int64_t mapped_bytes;                               /* of files, at most */
};

static int cpu_counter;
static bool memory_is_sampled;
static int64_t counter_before;

static struct seen *seen;
static size_t seen_count, seen_room;
static int64_t gone_ns;

static int64_t peak_bytes, files_before, floor_bytes, full_socket_bytes;

static int64_t total_ns(const struct seen *one) {
    return one->own_ns + (one->children_ns > one->unseen_ns ? one->children_ns : one->unseen_ns);
}

static struct seen *find(pid_t pid) {
    for (size_t i = 0; i < seen_count; i++)
        if (seen[i].pid == pid)
            return &seen[i];
    return NULL;
}

static struct seen *find_or_add(pid_t pid) {
    struct seen *found = find(pid);
    if (found)
        return found;
    if (seen_count == seen_room) {
        seen_room = seen_room ? 2 * seen_room : 64;
        seen = realloc(seen, seen_room * sizeof *seen);
        if (!seen)
            die("agent", "realloc");
    }
    seen[seen_count] = (struct seen){.pid = pid, .ended_ns = -1};
    return &seen[seen_count++];
}

/* Read a file of /proc into text, which is emptied when there is no such file any more. */
static void read_proc(const char *name, char *text, size_t size) {
    int file = openat(whole_proc, name, O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 ? 0 : read(file, text, size - 1);
    text[got > 0 ? got : 0] = 0;
    if (file >= 0)
        close(file);
}

/* Return a figure of a text's line "NAME: 12 kB" in bytes, 0 if it has none. */
static int64_t figure(const char *text, const char *name) {
    const char *line = strstr(text, name);
    return line ? atoll(line + strlen(name)) << 10 : 0;
}

/* Read a file of a process that tells of its memory, as the mark in it says. Its first thread may have ended;
 * then only the others tell. The mark begins a line, which no name that a thread gives itself can. */
static void read_memory(pid_t pid, const char *kind, const char *mark, char *text, size_t size) {
    char name[64];
    snprintf(name, sizeof name, "%d/%s", pid, kind);
    read_proc(name, text, size);
    if (strstr(text, mark))
        return;
    snprintf(name, sizeof name, "%d/task", pid);
    int folder = openat(whole_proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *threads = folder < 0 ? NULL : fdopendir(folder);
    if (!threads)
        return;
    for (struct dirent *one; (one = readdir(threads)) && !strstr(text, mark);) {
        int thread = atoi(one->d_name);
        if (!thread)
            continue;
        snprintf(name, sizeof name, "%d/task/%d/%s", pid, thread, kind);
        read_proc(name, text, size);
    }
    closedir(threads);
}

/* What the files in /tmp and /code hold in memory. */
static int64_t files_bytes(void) {
    struct statfs scratch, code;
    if (statfs(SCRATCH, &scratch) || statfs(CODE, &code))
        die("private tmpfs", "statfs");
    return (scratch.f_blocks - scratch.f_bfree) * scratch.f_bsize +
           (code.f_blocks - code.f_bfree) * code.f_bsize;
}

static int64_t counter_ns(void) {
    char text[64];
    struct timespec own;
    ssize_t got = pread(cpu_counter, text, sizeof text - 1, 0);
    if (got <= 0)
        die("cgroup", "reading CPU time");
    text[got] = 0;
    /* "NANOSECONDS" in version 1, "usage_usec MICROSECONDS" and more in version 2; ours is not the program's.
     */
    int64_t used = *text == 'u' ? atoll(text + strlen("usage_usec ")) * 1000 : atoll(text);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
    return used - (own.tv_sec * 1000000000LL + own.tv_nsec);
}

void usage_setup(int counter, bool samples_memory) {
    cpu_counter = counter;
    memory_is_sampled = samples_memory;
    int ends[2], most;
    socklen_t size = sizeof most;
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) ||
        getsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &most, &size))
        die("agent", "socketpair");
    full_socket_bytes = most;
    close(ends[0]);
    close(ends[1]);
}

/* Whether a process is on its way out. It is marked so before its files are closed; so whoever has seen one
 * closed by its end is told that it ends. */
bool usage_is_ending(pid_t pid) {
    enum { EXITING = 4 }; /* the kernel's PF_EXITING */
    char name[32], text[512];
    unsigned flags;
    snprintf(name, sizeof name, "%d/stat", pid);
    read_proc(name, text, sizeof text);
    const char *after_name = strrchr(text, ')');
    return !after_name || sscanf(after_name, ") %*c %*d %*d %*d %*d %*d %u", &flags) != 1 || flags & EXITING;
}

/* Begin to count, before the first process of a run is there. */
void usage_begin(void) {
    if (cpu_counter >= 0)
        counter_before = counter_ns();
    seen_count = 0;
    gone_ns = 0;
    peak_bytes = 0;
    if (memory_is_sampled) {
        struct rusage own;
        getrusage(RUSAGE_SELF, &own);
        /* A program's own peak is at least ours, as it began with our memory. */
        floor_bytes = (int64_t)own.ru_maxrss << 10;
        files_before = files_bytes();
    }
}

/* Ask a process for its own CPU time; false if it is gone. */
static bool ask_cpu(pid_t pid, struct seen *one) {
    struct timespec own;
    /* The clock id of a process as clock_getcpuclockid makes it; exact, where /proc counts ticks. */
    if (clock_gettime((clockid_t)(~(unsigned)pid << 3 | 2), &own))
        return false;
    one->own_ns = own.tv_sec * 1000000000LL + own.tv_nsec;
    return true;
}

/* Ask a process for its parent, its state, and its children's CPU time; false if it is gone. */
static bool ask_family(pid_t pid, struct seen *one) {
    static int64_t tick_ns;
    char name[32], text[512];
    if (!tick_ns)
        tick_ns = 1000000000LL / sysconf(_SC_CLK_TCK);
    snprintf(name, sizeof name, "%d/stat", pid);
    read_proc(name, text, sizeof text);
    const char *after_name = strrchr(text, ')');
    long long user, system;
    int parent;
    char state;
    if (!after_name || sscanf(after_name, ") %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %lld %lld",
                              &state, &parent, &user, &system) != 4)
        return false;
    one->parent = parent;
    one->state = state;
    one->children_ns = (user + system) * tick_ns;
    return true;
}

static int youngest_first(const void *one, const void *other) {
    return ((const struct seen *)other)->pid - ((const struct seen *)one)->pid;
}

/* Let what the vanished have used come to their parents, or else to the run. The youngest first, so that what
 * a child leaves has come to its parent before the parent's turn. */
static void inherit(void) {
    if (!seen_count)
        return; /* there may be no room yet to be sorted */
    qsort(seen, seen_count, sizeof *seen, youngest_first);
    for (size_t i = 0; i < seen_count; i++) {
        if (seen[i].lives)
            continue;
        int64_t used = total_ns(&seen[i]);
        struct seen *heir = find(seen[i].parent);
        if (seen[i].ended_ns > used)
            used = seen[i].ended_ns;
        if (seen[i].ended_ns < 0 && heir && heir != &seen[i] && heir->pid)
            heir->unseen_ns += used;
        else
            gone_ns += used;
        seen[i].pid = 0; /* nobody's heir any more */
    }
    size_t kept = 0;
    for (size_t i = 0; i < seen_count; i++)
        if (seen[i].lives)
            seen[kept++] = seen[i];
    seen_count = kept;
}

/* Whether a process waits for a vforked child, whose memory is its own: it is in state D then, and the
 * figures are the same. The filter lets nobody wait so for a child that has memory of its own, or for a
 * thread. */
static bool lends_its_memory(const struct seen *one) {
    for (size_t i = 0; one->state == 'D' && i < seen_count; i++)
        if (seen[i].lives && seen[i].parent == one->pid && seen[i].anonymous_bytes == one->anonymous_bytes &&
            seen[i].shared_bytes == one->shared_bytes)
            return true;
    return false;
}

/* What the sockets of the box may hold: each is charged as if it were full. */
static int64_t sockets_bytes(void) {
    static const char begin[] = "sockets: used ";
    char text[64];
    ssize_t got = pread(socket_count, text, sizeof text - 1, 0);
    if (got <= 0)
        return 0;
    text[got] = 0;
    return strncmp(text, begin, strlen(begin)) ? 0 : atoll(text + strlen(begin)) * full_socket_bytes;
}

/* Note what a process holds, either all of it or its share of what several hold. */
static void ask_memory(struct seen *one, bool by_share) {
    static char text[4096];
    read_memory(one->pid, "status", "\nVmPTE:", text, sizeof text);
    int64_t mapped = figure(text, "\nRssFile:");
    if (mapped > one->mapped_bytes)
        one->mapped_bytes = mapped;
    one->anonymous_bytes = figure(text, "\nRssAnon:");
    one->shared_bytes = figure(text, "\nRssShmem:");
    one->other_bytes = figure(text, "\nVmPTE:") + figure(text, "\nVmSwap:");
    if (!by_share)
        return;
    read_memory(one->pid, "smaps_rollup", "\nPss_Anon:", text, sizeof text);
    if (!*text)
        return; /* a program that cannot be read is not told of */
    one->anonymous_bytes = figure(text, "\nPss_Anon:");
    one->shared_bytes = figure(text, "\nPss_Shmem:");
}

/* Own pages, and the greater of files and shared pages, since a mapped file in /tmp is both. */
static int64_t held_bytes(int64_t files, bool by_share) {
    int64_t own = 0, shared = 0;
    for (size_t i = 0; i < seen_count; i++)
        if (seen[i].lives)
            ask_memory(&seen[i], by_share);
    for (size_t i = 0; i < seen_count; i++)
        if (seen[i].lives && !lends_its_memory(&seen[i])) {
            own += seen[i].anonymous_bytes + seen[i].other_bytes;
            shared += seen[i].shared_bytes;
        }
    return own + (files > shared ? files : shared) + sockets_bytes();
}

static void ask(pid_t pid, bool is_alone) {
    struct seen asked = {0};
    if (!ask_cpu(pid, &asked) || (!is_alone && !ask_family(pid, &asked)))
        return;
    struct seen *one = find_or_add(pid);
    one->lives = true;
    one->state = asked.state;
    one->parent = asked.parent;
    one->own_ns = asked.own_ns;
    one->children_ns = asked.children_ns;
}

static void ask_all(void) {
    int folder = openat(whole_proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *processes = folder < 0 ? NULL : fdopendir(folder);
    if (!processes)
        die("agent", "listing processes");
    for (struct dirent *entry; (entry = readdir(processes));) {
        pid_t pid = atoi(entry->d_name);
        if (pid > 1)
            ask(pid, false);
    }
    closedir(processes);
}

/* Ask the processes that live what they have used, as far as no account tells. only: the only one that there
 * can be, or 0. */
void usage_look(int64_t memory_limit, pid_t only) {
    if (cpu_counter >= 0 && !memory_is_sampled)
        return;
    for (size_t i = 0; i < seen_count; i++)
        seen[i].lives = false;
    if (only)
        ask(only, true);
    else
        ask_all();
    if (memory_is_sampled) {
        int64_t files = files_bytes() - files_before;
        int64_t held = held_bytes(files, false);
        /* Pages shared after a fork were counted once for each; ask again, dearly, for each one's share. */
        if (held > memory_limit && seen_count > 1)
            held = held_bytes(files, true);
        if (held > peak_bytes)
            peak_bytes = held;
    }
    inherit();
}

/* A child of init has ended; its figures hold those of its own children, if it waited for them. */
void usage_reaped(pid_t pid, int64_t cpu_ns, int64_t own_peak_bytes) {
    struct seen *one = find(pid);
    if (one)
        one->ended_ns = cpu_ns;
    else
        gone_ns += cpu_ns;
    if (memory_is_sampled && own_peak_bytes <= floor_bytes)
        return;
    int64_t held = own_peak_bytes - (one ? one->mapped_bytes : 0);
    if (held > peak_bytes)
        peak_bytes = held;
}

/* Nothing of the run lives any more. */
void usage_end(void) {
    for (size_t i = 0; i < seen_count; i++)
        seen[i].lives = false;
    inherit();
}

/* CPU time of all processes since the beginning, dead ones included. It never falls: what was seen once was
 * used, whoever reaped it since. */
int64_t usage_cpu_ns(void) {
    if (cpu_counter >= 0)
        return counter_ns() - counter_before;
    int64_t used = gone_ns;
    for (size_t i = 0; i < seen_count; i++)
        used += seen[i].ended_ns > total_ns(&seen[i]) ? seen[i].ended_ns : total_ns(&seen[i]);
    return used;
}

/* The peak of all processes and files, as far as it was seen; where the account tells, the greatest own peak
 * of a process, with the files mapped in it. */
int64_t usage_memory_bytes(void) {
    return peak_bytes;
}
