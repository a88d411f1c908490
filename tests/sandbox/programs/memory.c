// Takes MEGABYTES of memory in the way named, touches all of it, and exits with 0.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

static void recurse(long left) {
    volatile char frame[4096];
    memset((char *)frame, 1, sizeof frame);
    if (left > 0) recurse(left - (long)sizeof frame);
    frame[0]++;
}

int main(int argc, char **argv) {
    long size = atol(argv[2]) << 20;
    if (!strcmp(argv[1], "heap")) {
        for (long done = 0; done < size; done += 1 << 20) {
            char *block = malloc(1 << 20);
            if (!block) return 9;
            memset(block, 1, 1 << 20);
        }
    } else if (!strcmp(argv[1], "stack")) {
        recurse(size);
    } else if (!strcmp(argv[1], "mmap")) {
        char *map = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (map == MAP_FAILED) return 9;
        memset(map, 1, size);
    } else if (!strcmp(argv[1], "shared")) {
        char *map = mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (map == MAP_FAILED) return 9;
        memset(map, 1, size);
    } else if (!strcmp(argv[1], "file")) {
        static char block[1 << 20];
        int file = open("/tmp/big", O_CREAT | O_WRONLY, 0600);
        for (long done = 0; done < size; done += sizeof block)
            if (write(file, block, sizeof block) != sizeof block) return 9;
        usleep(50000);
    } else if (!strcmp(argv[1], "shm")) {
        int file = shm_open("/big", O_CREAT | O_RDWR, 0600);
        if (file < 0 || ftruncate(file, size)) return 9;
        char *map = mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        memset(map, 1, size);
    } else if (!strcmp(argv[1], "sysv")) {
        int id = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
        if (id < 0) return 9;
        memset(shmat(id, 0, 0), 1, size);
    } else if (!strcmp(argv[1], "memfd")) {
        static char block[1 << 20];
        int file = memfd_create("big", 0);
        if (file < 0) return 9;
        for (long done = 0; done < size; done += sizeof block)
            if (write(file, block, sizeof block) != sizeof block) return 9;
    } else if (!strcmp(argv[1], "children")) {
        // Eight children, each of which stays below the limit.
        for (int i = 0; i < 8; i++)
            if (!fork()) {
                char *block = malloc(size / 8);
                for (;;) memset(block, i, size / 8);
            }
        while (wait(0) > 0) {}
    } else {
        return 2;
    }
    return 0;
}
