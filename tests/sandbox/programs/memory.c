// Takes MEGABYTES of memory in the way named, touches all of it, and exits with 0.
#define _GNU_SOURCE
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void recurse(long left) {
    volatile char frame[4096];
    memset((char *)frame, 1, sizeof frame);
    if (left > 0) recurse(left - (long)sizeof frame);
    frame[0]++;
}

static long size, cached;

static void *touch(void *unused) {
    usleep(20000);
    volatile char *block = malloc(size);
    for (long at = 0; at < size; at += 4096) block[at] = 1;
    usleep(50000);
    exit(0);
}

static int read_file(const char *path, const struct stat *about, int kind, struct FTW *unused) {
    static char block[1 << 20];
    if (kind != FTW_F || about->st_size < sizeof block) return 0;
    int file = open(path, O_RDONLY);
    posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    for (long done; (done = read(file, block, sizeof block)) > 0;) cached += done;
    close(file);
    return cached > 2 * size;
}

int main(int argc, char **argv) {
    size = atol(argv[2]) << 20;
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
    } else if (!strcmp(argv[1], "semaphores")) {
        for (long done = 0; done < size; done += 32000 * 64)
            if (semget(IPC_PRIVATE, 32000, IPC_CREAT | 0600) < 0) return 9;
    } else if (!strcmp(argv[1], "messages")) {
        static struct { long kind; char text[8000]; } message = {1};
        for (long done = 0; done < size; done += 16000) {
            int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
            if (id < 0) return 9;
            for (int i = 0; i < 2; i++) msgsnd(id, &message, sizeof message.text, IPC_NOWAIT);
        }
    } else if (!strcmp(argv[1], "tables")) {
        // One page of page table for every 2 MB of which a byte is read, and no memory of its own.
        long span = size / 4096 << 21;
        char *map = mmap(0, span, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (map == MAP_FAILED) return 9;
        madvise(map, span, MADV_NOHUGEPAGE);
        for (long at = 0; at < span; at += 1 << 21) *(volatile char *)(map + at);
        usleep(50000);
    } else if (!strcmp(argv[1], "leader")) {
        // The first thread ends, and with it goes what /proc says of the process under its own number.
        pthread_t other;
        pthread_create(&other, 0, touch, 0);
        pthread_exit(0);
    } else if (!strcmp(argv[1], "behind")) {
        // Gives everything back and then has the kernel cache more than that of files.
        char *map = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        memset(map, 1, size);
        munmap(map, size);
        nftw("/usr/lib", read_file, 20, FTW_PHYS);
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
