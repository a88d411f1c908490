// Makes calls that ordinary runtimes need, and exits with 0 if all succeed.
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

static void *thread(void *unused) { return 0; }

int main(void) {
    int pair[2];
    struct rlimit limit;
    pthread_t other;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) return 1;
    if (getrlimit(RLIMIT_STACK, &limit) || setrlimit(RLIMIT_STACK, &limit)) return 2;
    if (pthread_create(&other, 0, thread, 0) || pthread_join(other, 0)) return 3;
    if (epoll_create1(0) < 0 || eventfd(0, 0) < 0 || timerfd_create(CLOCK_MONOTONIC, 0) < 0) return 4;
    if (personality(0xffffffff) < 0) return 5;
    if (sem_open("/s", 0102, 0600, 0) == SEM_FAILED) return 6;
    int child = fork();
    if (!child) _exit(0);
    if (waitpid(child, 0, 0) != child) return 7;
    return 0;
}
