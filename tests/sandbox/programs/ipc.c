// "make" leaves a System V queue, semaphore set, segment and a POSIX queue behind; "count" prints how many of them are found.
#define _GNU_SOURCE
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

int main(int argc, char **argv) {
    int flags = strcmp(argv[1], "make") ? 0 : IPC_CREAT | 0600;
    int found = 0;
    found += msgget(77, flags) >= 0;
    found += semget(77, 1, flags) >= 0;
    found += shmget(77, 4096, flags) >= 0;
    found += mq_open("/queue", flags ? 0102 : 2, 0600, 0) != (mqd_t)-1;
    printf("%d\n", found);
}
