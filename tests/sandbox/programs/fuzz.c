// Makes system calls at random, by SEED, for so many MILLISECONDS, in children that may end in any way; then exits with 0.
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LAST_CALL = 470, CALLS_A_CHILD = 400 };

static uint64_t state;
static char scratch[1 << 16];
static char paths[][32] = {"/proc/1/mem", "/proc/self/mem", "/tmp/x", "/code/x", "/dev/null", "/proc/1/fd", "..", ""};

static uint64_t any(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

// A word that a kernel may take for something: a number, a descriptor, a process, flags, an address.
static uint64_t word(void) {
    switch (any() % 8) {
    case 0: return any() % 4;
    case 1: return any() % 1024;
    case 2: return (uint64_t)-(int64_t)(any() % 4);
    case 3: return (uint64_t)(scratch + any() % sizeof scratch);
    case 4: return (uint64_t)paths[any() % (sizeof paths / sizeof *paths)];
    case 5: return 1ULL << any() % 64;
    case 6: return getpid();
    default: return any();
    }
}

static void child(void) {
    alarm(1);
    for (size_t i = 0; i < sizeof scratch; i++) scratch[i] = any();
    for (int i = 0; i < CALLS_A_CHILD; i++) {
        write(any() % 64, scratch, any() % 256);
        syscall(any() % LAST_CALL, word(), word(), word(), word(), word(), word());
    }
    _exit(0);
}

int main(int argc, char **argv) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double end = now.tv_sec + now.tv_nsec / 1e9 + atoi(argv[2]) / 1e3;
    state = atoll(argv[1]) * 0x9E3779B97F4A7C15ULL + 1;
    signal(SIGTERM, SIG_IGN);
    do {
        any();
        pid_t pid = fork();
        if (!pid) child();
        if (pid > 0) waitpid(pid, 0, 0);
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (now.tv_sec + now.tv_nsec / 1e9 < end);
    return 0;
}
