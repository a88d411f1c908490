// Descriptors: what was left open, what can be had back, and what can be done with the three that are given.
#include "attack.h"

static void scan(void) {
    for (int i = 0; i < 65536; i++)
        if (fcntl(i, F_GETFD) >= 0) dprintf(1, "%d ", i);
    dprintf(1, "\n");
}

// Whatever is open may be a way to the agent: write to it, and read from it.
static void garbage(void) {
    char text[4096];
    memset(text, '{', sizeof text);
    signal(SIGPIPE, SIG_IGN);
    for (int i = 3; i < 65536; i++) {
        if (write(i, text, sizeof text) > 0) dprintf(1, "wrote to %d\n", i);
        if (send(i, text, sizeof text, MSG_DONTWAIT) > 0) dprintf(1, "sent to %d\n", i);
        if (recv(i, text, sizeof text, MSG_DONTWAIT) > 0) dprintf(1, "received from %d\n", i);
    }
    told("garbage", 0);
}

static void write_input(void) {
    TRY("write", pwrite(0, "changed", 7, 0));
    TRY("reopened", pwrite(open("/proc/self/fd/0", O_RDWR), "x", 1, 0));
    TRY("truncate", ftruncate(0, 0));
    TRY("map", mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 0, 0));
}

static void many(void) {
    int count = 0;
    while (count < 2000 && dup(1) >= 0) count++;
    told(count == 2000 ? "2000" : "fewer", count == 2000 ? 0 : -1);
}

static void raise_limits(void) {
    static const struct {
        const char *name;
        int which;
    } limits[] = {{"files", RLIMIT_NOFILE},  {"file size", RLIMIT_FSIZE}, {"processes", RLIMIT_NPROC},
                  {"cpu", RLIMIT_CPU},       {"stack", RLIMIT_STACK},     {"core", RLIMIT_CORE},
                  {"locked", RLIMIT_MEMLOCK}, {"signals", RLIMIT_SIGPENDING}, {"queues", RLIMIT_MSGQUEUE},
                  {"nice", RLIMIT_NICE},     {"real time", RLIMIT_RTPRIO}};
    for (unsigned i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct rlimit limit;
        getrlimit(limits[i].which, &limit);
        if (limit.rlim_max == RLIM_INFINITY) dprintf(1, "%s has no end\n", limits[i].name);
        limit.rlim_cur = limit.rlim_max = limit.rlim_max + 1;
        if (!setrlimit(limits[i].which, &limit)) dprintf(1, "%s raised\n", limits[i].name);
    }
    told("all", 0);
}

// More in flight than the process may have open: sent to itself, again and again.
static void in_flight(void) {
    int pair[2], sent = 0;
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    while (sent < 20000 && send_descriptors(pair[0], 1, 200) > 0) sent += 200;
    told(sent >= 20000 ? "20000" : "fewer", sent >= 20000 ? 0 : -1);
}

static void to_itself(void) {
    int pair[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    send_descriptors(pair[0], pair[1], 1);
    char control[CMSG_SPACE(sizeof(int))], byte;
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    TRY("received", recvmsg(pair[1], &message, 0));
}

// Credentials of others in a message: a receiver would believe that pid 1 has sent it.
static void forged(void) {
    int pair[2], on = 1;
    socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
    setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
    char control[CMSG_SPACE(12)] = {0}, byte = 0;
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = 2;  // SCM_CREDENTIALS
    header->cmsg_len = CMSG_LEN(12);
    memcpy(CMSG_DATA(header), (int[]){1, 0, 0}, 12);
    TRY("forged", sendmsg(pair[0], &message, 0));
}

ATTACKS({"scan", scan}, {"garbage", garbage}, {"write-input", write_input}, {"many", many},
        {"raise-limits", raise_limits}, {"in-flight", in_flight}, {"to-itself", to_itself}, {"forged", forged})
