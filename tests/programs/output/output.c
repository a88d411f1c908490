// Output without end or by ways that nobody reads, at most 16 MiB of it.
#include "attack.h"

enum { MUCH = 16 << 20 };
static char block[65536];

static void flood(int file) {
    memset(block, 'x', sizeof block);
    for (long left = MUCH; left > 0; left -= sizeof block)
        if (write(file, block, sizeof block) < 0) _exit(9);
}
static void to_stdout(void) { flood(1); }
static void to_stderr(void) { flood(2); }
static void to_both(void) {
    if (fork()) flood(1);
    else flood(2);
    wait(0);
}
static void lines(void) {
    for (long left = MUCH / 5 / 12; left > 0; left--) dprintf(1, "0123456789\n");
}
static void by_name(void) { flood(open("/proc/self/fd/1", O_WRONLY)); }
static void at_once(void) {
    static struct iovec parts[1024];
    for (int i = 0; i < 1024; i++) parts[i] = (struct iovec){block, MUCH / 1024};
    writev(1, parts, 1024);
}

// The program has ended; a child that has left its session goes on.
static void from_behind(void) {
    if (fork()) _exit(0);
    setsid();
    flood(1);
}

static void children(void) {
    for (int i = 0; i < 16; i++)
        if (!fork()) {
            memset(block, 'x', sizeof block);
            for (long left = MUCH / 16; left > 0; left -= sizeof block) write(1, block, sizeof block);
            _exit(0);
        }
    while (wait(0) > 0) {}
}

// Never waits for whoever reads: what does not fit is tried again at once.
static void impatient(void) {
    fcntl(1, F_SETFL, O_NONBLOCK);
    for (long left = MUCH; left > 0;) {
        long done = write(1, block, sizeof block);
        if (done > 0) left -= done;
    }
}

static void wide_pipe(void) {
    fcntl(1, F_SETPIPE_SZ, 1 << 20);
    flood(1);
}

// Each byte is a packet, which whoever reads gets alone.
static void packets(void) {
    fcntl(1, F_SETFL, O_DIRECT);
    for (long left = atol(given[0]); left > 0; left--) write(1, "x", 1);
}

static void moved(void) {
    int ends[2];
    pipe(ends);
    if (fork()) {
        close(ends[1]);
        while (splice(ends[0], 0, 1, 0, sizeof block, 0) > 0) {}
    } else {
        close(ends[0]);
        flood(ends[1]);
        _exit(0);
    }
}

static void exactly(void) {
    memset(block, 'x', sizeof block);
    for (long left = atol(given[0]); left > 0;) left -= write(1, block, left < (long)sizeof block ? left : sizeof block);
}

static void endless(void) {
    for (double end = now(CLOCK_MONOTONIC) + 1; now(CLOCK_MONOTONIC) < end;) write(1, block, sizeof block);
}

static void closed(void) {
    close(0);
    close(1);
    close(2);
    open("/tmp/one", O_CREAT | O_RDWR, 0600);
    open("/tmp/two", O_CREAT | O_RDWR, 0600);
    flood(1);
}

// Reads its own output back before the judge does.
static void taken_back(void) {
    dprintf(1, "first");
    TRY("open", open("/proc/self/fd/1", O_RDONLY | O_NONBLOCK) < 0 ? -1 : 0);
}

// The pipe stays open in a message that nobody takes out, in a ring of sockets that hold each other.
static void in_flight(void) {
    int pair[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    send_descriptors(pair[0], 1, 1);
    send_descriptors(pair[0], 2, 1);
    send_descriptors(pair[0], pair[0], 1);
    send_descriptors(pair[0], pair[1], 1);
    dprintf(1, "sent\n");
}

static void hold(void) {
    dprintf(1, "main\n");
    if (fork()) _exit(0);
    setsid();
    sleep_for(0.5);
    dprintf(1, "late\n");
}

static void ask(void) {
    fcntl(1, F_SETOWN, 1);
    fcntl(1, 10, SIGKILL);  // F_SETSIG
    fcntl(1, F_SETFL, O_ASYNC);
    flood(1);
}

ATTACKS({"stdout", to_stdout}, {"stderr", to_stderr}, {"both", to_both}, {"lines", lines}, {"by-name", by_name},
        {"at-once", at_once}, {"from-behind", from_behind}, {"children", children}, {"impatient", impatient},
        {"wide-pipe", wide_pipe}, {"packets", packets}, {"moved", moved}, {"exactly", exactly}, {"endless", endless}, {"closed", closed},
        {"taken-back", taken_back}, {"in-flight", in_flight}, {"hold", hold}, {"ask", ask})
