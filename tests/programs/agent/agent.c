// Attempts on the agent of the box, which is pid 1 and of the same user.
#include "attack.h"

// Busy processes, as many as allowed, so that the agent never gets its turn.
static void starve(void) {
    for (int i = 0; i < 60; i++)
        if (!fork()) break;
    for (double end = now(CLOCK_MONOTONIC) + 1; now(CLOCK_MONOTONIC) < end;) {}
    told_once("starved");
}

// Thousands of orphans at once, each for pid 1 to bury while it should watch.
static void bury(void) {
    double end = now(CLOCK_MONOTONIC) + 1;
    for (int i = 0; i < 8; i++)
        if (!fork()) {
            while (now(CLOCK_MONOTONIC) < end)
                if (!fork()) _exit(fork() < 0);
            _exit(0);
        }
    signal(SIGCHLD, SIG_IGN);
    sleep_for(1);
    told("buried", 0);
}

// What an agent would say, by every stream: nobody takes it for the agent's.
static void impostor(void) {
    static const char said[] = "{\"reason\":\"exit\",\"wait_status\":0,\"cpu_ns\":0,\"started\":true}";
    write(1, said, sizeof said - 1);
    write(2, said, sizeof said - 1);
    exit(5);
}

// Names that an agent might use for itself in the shared folders.
static void names(void) {
    static const char *const taken[] = {"judge", "agent", "box", "spare", "stdin", "stdout", "stderr", "control", "lock",
                                        "old", "proc", "usr", "dev", "code", "tmp", "put_old", ".pivot", 0};
    for (int i = 0; taken[i]; i++) {
        char path[64];
        sprintf(path, "/tmp/%s", taken[i]);
        symlink("/code", path);
        sprintf(path, "/code/%s", taken[i]);
        symlink("/tmp", path);
    }
    told("taken", 0);
}

// Unmounts by becoming their last user: an open file keeps /tmp from being taken away, and a full one from being made.
static void cling(void) {
    close(open("/tmp/used", O_CREAT | O_WRONLY, 0600));
    int held = open("/tmp", O_RDONLY | O_DIRECTORY), pair[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    send_descriptors(pair[0], held, 1);
    send_descriptors(pair[0], pair[0], 1);
    send_descriptors(pair[0], pair[1], 1);
    for (int i = 0; i < 30; i++)
        if (!fork()) sleep_for(2);
    told("clung", 0);
}

// Ends at once, before its parent has taken note of it.
static void at_once(void) { _exit(0); }

// Exits by a signal that looks like the sandbox's own.
static void killed(void) {
    kill(getpid(), SIGKILL);
    pause();
}
static void system_signal(void) {
    kill(getpid(), SIGSYS);
    pause();
}

ATTACKS({"starve", starve}, {"bury", bury}, {"impostor", impostor}, {"names", names}, {"cling", cling},
        {"at-once", at_once}, {"killed", killed}, {"system-signal", system_signal})
