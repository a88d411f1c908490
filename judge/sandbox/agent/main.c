/* Makes a box: starts as the judge's child, becomes the keeper of the box, and starts its pid 1.
 *
 * Called with the judge's process id, and with two SOCK_SEQPACKET sockets to it.
 */

#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KEEPER_SOCKET = 3, INIT_SOCKET = 4 };

/* What the judge may ask of the keeper, after the plan. */
enum { PUT = 1, SEAL, RENEW, COVER, PLACE, FETCH, DISCARD, CAPTURE };

static struct packet packet;

static void tell_of(pid_t pid, int pidfd) {
    int64_t number = pid;
    answer_with(&number, 1, pidfd);
}

/* Go on as a process that is born in the version 2 control group given, and is the judge's child as we are:
 * one that moves there waits many milliseconds for the kernel. */
static void be_born_in(int group) {
    int pidfd = -1;
    struct clone_args how = {
        .flags = CLONE_PARENT | CLONE_INTO_CGROUP | CLONE_PIDFD, .pidfd = (uintptr_t)&pidfd, .cgroup = group};
    pid_t child = syscall(SYS_clone3, &how, sizeof how);
    if (child < 0)
        die("cgroup", "clone3");
    if (child == 0)
        return;
    tell_of(child, pidfd);
    _exit(0);
}

/* Join the version 1 control groups whose lists of tasks came with the plan, and be the keeper that the judge
 * is told of. A thread that moves itself alone needs no pause of the whole machine. */
static void join_groups(void) {
    while (packet.descriptor_count) {
        int tasks = packet_descriptor(&packet);
        if (write(tasks, "0", 1) < 0) /* 0 is whoever writes */
            die("cgroup", "joining");
        close(tasks);
    }
    int pidfd = syscall(SYS_pidfd_open, getpid(), 0);
    tell_of(getpid(), pidfd);
    close(pidfd);
}

static struct range take_range(void) {
    int64_t first = packet_number(&packet);
    return (struct range){first, packet_number(&packet)};
}

static void set_limits(void) {
    for (int64_t left = packet_number(&packet); left > 0; left--) {
        int which = packet_number(&packet);
        struct rlimit limit;
        rlim_t wanted = packet_number(&packet);
        if (getrlimit(which, &limit))
            die("rlimits", "getrlimit");
        if (limit.rlim_max > wanted)
            limit.rlim_max = wanted;
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(which, &limit))
            die("rlimits", "setrlimit");
    }
}

/* Be pid 1: make the tree, give up everything, and serve. The rest of the plan is read here. */
_Noreturn static void be_init(int cpu_counter, bool samples_memory, int shelf) {
    size_t length;
    prctl(PR_SET_NAME, "box-init"); /* for whoever looks at the machine's processes */
    setsid();
    if (sethostname("box", 3))
        die("UTS namespace", "sethostname");
    int64_t has_shelf = build_tree(&packet, shelf);
    set_limits();
    const char *cpus = packet_string(&packet, &length);
    /* Not sooner: a box is made ahead while its CPU judges another submission. */
    if (length && syscall(SYS_sched_setaffinity, 0, length, cpus))
        die("agent", "sched_setaffinity");
    const char *filter = packet_string(&packet, &length);
    packet_done(&packet);
    prepare_runs();
    shed_for_good(filter, length);
    answer(&has_shelf, 1);
    serve_runs(cpu_counter, samples_memory);
}

/* The end of pid 1 is the end of the box. Say what ended it, for whoever did not do it himself. */
_Noreturn static void follow_init(void) {
    int status = 0;
    char reason[64];
    waitpid(-1, &status, __WALL);
    if (!WIFSIGNALED(status))
        _exit(0); /* it has said why, or its socket was closed */
    snprintf(reason, sizeof reason, "init was ended by signal %d", WTERMSIG(status));
    die_because("agent", reason);
}

/* Do what the last packet asks for. Whatever makes no answer of its own is answered with what the box's own
 * folders take. */
static void serve(void) {
    switch (packet_number(&packet)) {
    case PUT:
        put_files(&packet, CODE, "code folder");
        break;
    case SEAL:
        seal_code();
        break;
    case RENEW: {
        int64_t bytes = packet_number(&packet);
        renew_scratch(bytes, packet_number(&packet));
        break;
    }
    case COVER:
        cover_paths(&packet);
        break;
    case PLACE:
        put_files(&packet, SCRATCH, "private tmpfs");
        break;
    case FETCH:
        fetch_file(&packet);
        return;
    case DISCARD:
        discard_file(&packet);
        return;
    case CAPTURE:
        capture_code(&packet);
        return;
    default:
        die_because("agent", "an unknown request");
    }
    int64_t held[] = {folder_bytes(CODE), folder_bytes(SCRATCH)};
    answer(held, 2);
}

/* Serve the judge for as long as the box lives, with capabilities over the box's namespaces, and out of reach
 * of whatever runs in it. */
_Noreturn static void be_keeper(int init) {
    prctl(PR_SET_NAME, "box-keeper");
    struct pollfd watched[] = {{.fd = control, .events = POLLIN}, {.fd = init, .events = POLLIN}};
    for (;;) {
        if (poll(watched, 2, -1) < 0 && errno != EINTR)
            die("agent", "poll");
        if (watched[1].revents)
            follow_init();
        if (!watched[0].revents)
            continue;
        packet_receive(&packet);
        serve();
    }
}

int main(int argc, char **argv) {
    if (argc != 2 || chdir("/"))
        _exit(2);
    pid_t judge = atoi(argv[1]);
    control = KEEPER_SOCKET;
    die_with(judge);
    /* The judge closes what it opens itself on exec; a library of its may not. */
    syscall(SYS_close_range, INIT_SOCKET + 1, ~0U, 0);
    fcntl(KEEPER_SOCKET, F_SETFD, FD_CLOEXEC);
    fcntl(INIT_SOCKET, F_SETFD, FD_CLOEXEC);

    packet_receive(&packet);
    struct range users = take_range();
    struct range groups = take_range();
    bool samples_memory = packet_number(&packet);
    int box_group = packet_number(&packet) ? packet_descriptor(&packet) : -1;
    int cpu_counter = packet_number(&packet) ? packet_descriptor(&packet) : -1;
    int shelf = packet_number(&packet) ? packet_descriptor(&packet) : -1;
    const char *shelf_path = packet_string(&packet, NULL);

    if (box_group >= 0) {
        be_born_in(box_group);
        die_with(judge);
        close(box_group);
    } else {
        join_groups();
    }
    forget_signals();
    leave_keyring();
    protect_from_oom();
    take_ids(users, groups);
    die_with(judge); /* again: the change of ids has cleared it */
    enter_namespaces();

    int alive[2];
    if (pipe2(alive, O_CLOEXEC))
        die("agent", "pipe");
    pid_t child = fork();
    if (child < 0)
        die("agent", "fork");
    if (child == 0) {
        close(KEEPER_SOCKET);
        close(alive[1]);
        control = INIT_SOCKET;
        die_with(0);
        /* The byte comes when the judge has been told of us; none, when our parent ended before that line. */
        char byte;
        if (read(alive[0], &byte, 1) != 1)
            _exit(1);
        close(alive[0]);
        be_init(cpu_counter, samples_memory, shelf < 0 ? open_shelf(shelf_path) : shelf);
    }
    close(INIT_SOCKET);
    close(alive[0]);
    close(cpu_counter);
    close(shelf);
    int pidfd = syscall(SYS_pidfd_open, child, 0);
    tell_of(child, pidfd);
    if (write(alive[1], "1", 1) != 1)
        _exit(1);
    close(alive[1]);
    be_keeper(pidfd);
}
