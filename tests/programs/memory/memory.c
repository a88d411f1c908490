// Takes MEBIBYTES of memory in the way named, touches all of it, and says "held" when it could.
#include "attack.h"
#include <mqueue.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

static long size;
static char block[MIB];

static void must(int right) {
    if (right) return;
    dprintf(1, "refused: %s\n", strerrorname_np(errno));
    _exit(9);
}

static void *map(int flags) {
    char *found = mmap(0, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
    must(found != MAP_FAILED);
    return found;
}

static void fill(int file, long bytes) {
    for (; bytes > 0; bytes -= sizeof block) must(write(file, block, sizeof block) == sizeof block);
}

static void heap(void) {
    for (long done = 0; done < size; done += MIB) {
        char *found = malloc(MIB);
        must(found != 0);
        memset(found, 1, MIB);
    }
}

static void recurse(long left) {
    volatile char frame[4096];
    memset((char *)frame, 1, sizeof frame);
    if (left > 0) recurse(left - (long)sizeof frame);
    frame[0]++;
}
static void stack(void) { recurse(size); }

static void private(void) { memset(map(MAP_PRIVATE), 1, size); }
static void shared(void) { memset(map(MAP_SHARED), 1, size); }
static void populated(void) { map(MAP_PRIVATE | MAP_POPULATE); }
static void advised(void) { must(!madvise(map(MAP_PRIVATE), size, 23)); }  // MADV_POPULATE_WRITE
static void locked(void) { must(!mlock(map(MAP_PRIVATE), size)); }
static void locked_all(void) {
    must(!mlockall(MCL_FUTURE));
    map(MAP_PRIVATE);
}

static void brk_(void) {
    char *end = sbrk(size);
    must(end != (char *)-1);
    memset(end, 1, size);
}

static void huge(void) {
    char *found = map(MAP_PRIVATE);
    madvise(found, size, MADV_HUGEPAGE);
    memset(found, 1, size);
    sleep_for(0.05);
}

// Only read, and so of no page but the one of zeros, until the tables for them are what counts.
static void tables(void) {
    long span = size / 4096 << 21;
    char *found = mmap(0, span, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    must(found != MAP_FAILED);
    madvise(found, span, MADV_NOHUGEPAGE);
    for (long at = 0; at < span; at += 1 << 21) *(volatile char *)(found + at);
    sleep_for(0.05);
}

// Pieces of a map that differ from their neighbours, each with a record in the kernel.
static void mappings(void) {
    for (int i = 0; i < 24; i++)
        if (!fork()) {
            char *found = mmap(0, 60000L * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            for (long at = 0; at < 60000; at += 2) mprotect(found + at * 4096, 4096, PROT_READ);
            sleep_for(0.3);
            _exit(0);
        }
    while (wait(0) > 0) {}
}

static void file(void) {
    fill(open("/tmp/big", O_CREAT | O_WRONLY, 0600), size);
    sleep_for(0.05);
}

static void many_files(void) {
    for (long i = 0; i < size / MIB; i++) {
        char name[32];
        sprintf(name, "/tmp/%ld", i);
        int made = open(name, O_CREAT | O_WRONLY, 0600);
        fill(made, MIB);
        close(made);
    }
    sleep_for(0.05);
}

static void unnamed_file(void) {
    int made = open("/tmp", O_TMPFILE | O_RDWR, 0600);
    must(made >= 0);
    fill(made, size);
    sleep_for(0.05);
}

static void shm(void) {
    int made = open("/dev/shm/big", O_CREAT | O_RDWR, 0600);
    must(made >= 0 && !ftruncate(made, size));
    char *found = mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED, made, 0);
    memset(found, 1, size);
}

static void memfd(void) {
    int made = syscall(SYS_memfd_create, "big", 0);
    must(made >= 0);
    fill(made, size);
}

static void secret(void) {
    int made = syscall(447, 0);  // memfd_secret
    must(made >= 0 && !ftruncate(made, size));
    char *found = mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED, made, 0);
    must(found != MAP_FAILED);
    memset(found, 1, size);
}

static void segment(void) {
    int id = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
    must(id >= 0);
    memset(shmat(id, 0, 0), 1, size);
}

static void semaphores(void) {
    for (long done = 0; done < size; done += 32000 * 64) must(semget(IPC_PRIVATE, 32000, IPC_CREAT | 0600) >= 0);
}

static void messages(void) {
    static struct {
        long kind;
        char text[8000];
    } message = {1};
    for (long done = 0; done < size; done += 16000) {
        int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
        must(id >= 0);
        for (int i = 0; i < 2; i++) msgsnd(id, &message, sizeof message.text, IPC_NOWAIT);
    }
}

static void queues(void) {
    struct mq_attr shape = {.mq_maxmsg = 10, .mq_msgsize = 8192};
    for (long i = 0; i < size / 81920 + 1; i++) {
        char name[32];
        sprintf(name, "/queue%ld", i);
        mqd_t made = mq_open(name, O_CREAT | O_RDWR | O_NONBLOCK, 0600, &shape);
        must(made != (mqd_t)-1);
        while (!mq_send(made, block, 8192, 0)) {}
        mq_close(made);
    }
}

// As many pipes as descriptors allow in many processes, each as wide as the kernel lets it be.
static void pipes(void) {
    for (int i = 0; i < 16; i++)
        if (!fork()) {
            int ends[2];
            while (!pipe2(ends, O_NONBLOCK)) {
                fcntl(ends[1], F_SETPIPE_SZ, MIB);
                while (write(ends[1], block, 65536) > 0) {}
            }
            sleep_for(0.3);
            _exit(0);
        }
    while (wait(0) > 0) {}
}

static void sockets(void) {
    for (int i = 0; i < 16; i++)
        if (!fork()) {
            int ends[2], most = 1 << 20;
            long left = size / 16, done;
            while (left > 0 && !socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends))
                for (int end = 0; end < 2; end++) {
                    setsockopt(ends[end], SOL_SOCKET, SO_SNDBUF, &most, sizeof most);
                    while ((done = write(ends[end], block, 65536)) > 0) left -= done;
                }
            sleep_for(0.3);
            _exit(0);
        }
    while (wait(0) > 0) {}
}

// Files that no name, table or memory map holds: only messages that nobody has taken out of a socket.
static void in_flight(void) {
    int ends[2];
    must(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    for (long left = size; left > 0; left -= 8 * MIB) {
        int made = open("/tmp", O_TMPFILE | O_RDWR, 0600);
        must(made >= 0);
        fill(made, 8 * MIB);
        must(send_descriptors(ends[0], made, 1) > 0);
        close(made);
    }
    sleep_for(0.05);
}

static void pipes_in_flight(void) {
    int ends[2], pair[2];
    must(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    for (long left = size; left > 0; left -= 65536) {
        if (pipe2(ends, O_NONBLOCK)) break;
        while (write(ends[1], block, 65536) > 0) {}
        if (send_descriptors(pair[0], ends[0], 1) < 0) break;  // the writer's end may go: what was written stays
        close(ends[0]);
        close(ends[1]);
    }
    sleep_for(0.3);
}

static void *deep(void *unused) {
    recurse(size / 16);
    sleep_for(0.2);
    return 0;
}
static void stacks(void) {
    pthread_attr_t large;
    pthread_attr_init(&large);
    must(!(errno = pthread_attr_setstacksize(&large, size / 16 + MIB)));
    pthread_t threads[16];
    for (int i = 0; i < 16; i++) must(!(errno = pthread_create(threads + i, &large, deep, 0)));
    for (int i = 0; i < 16; i++) pthread_join(threads[i], 0);
}

static void *touch(void *unused) {
    sleep_for(0.02);
    heap();
    sleep_for(0.05);
    dprintf(1, "held\n");
    exit(0);
}
static void headless(void) {
    pthread_t thread;
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, MIB);
    must(!(errno = pthread_create(&thread, &small, touch, 0)));
    pthread_exit(0);
}

// What /proc says of a process begins with its name, and this one reads like a line on memory. Its first thread
// ends under it; nobody waits for the process, so that no peak is told of at its end.
static void misnamed(void) {
    signal(SIGCHLD, SIG_IGN);
    if (!fork()) {
        prctl(PR_SET_NAME, "VmPTE: 1 kB");
        headless();
    }
    wait(0);
}

// Each child stays below the limit; together they do not.
static void children(void) {
    for (int i = 0; i < 8; i++)
        if (!fork()) {
            size /= 8;
            heap();
            sleep_for(0.3);
            _exit(0);
        }
    while (wait(0) > 0) {}
}

static void many_children(void) {
    for (int i = 0; i < 50; i++)
        if (!fork()) {
            size /= 50;
            private();
            sleep_for(0.5);
            _exit(0);
        }
    while (wait(0) > 0) {}
}

// A child of vfork has its parent's memory, and none of its own.
static void lent(void) {
    memset(map(MAP_PRIVATE), 1, size);
    if (!vfork()) {
        sleep_for(0.1);
        _exit(0);
    }
}

// Waits for a thread as one waits for a child of vfork: as if whoever it waits for were the one to be counted.
static int in_thread(void *unused) {
    for (long at = 0; at < size; at += MIB) {
        memset((char *)unused + at, 1, MIB);
        if (at % (16 * MIB) == 0) syscall(SYS_nanosleep, &(struct timespec){0, 5000000}, 0);
    }
    syscall(SYS_nanosleep, &(struct timespec){0, 100000000}, 0);
    syscall(SYS_exit, 0);
    return 0;
}
static void lent_to_a_thread(void) {
    static char stack[65536] __attribute__((aligned(16)));
    signal(SIGCHLD, SIG_IGN);
    if (!fork()) {
        char *found = map(MAP_PRIVATE);
        if (!fork()) {
            sleep_for(1);
            _exit(0);
        }
        int how = CLONE_VM | CLONE_VFORK | CLONE_SIGHAND | CLONE_THREAD | CLONE_FS | CLONE_FILES;
        must(clone(in_thread, stack + sizeof stack, how, found) > 0);
        dprintf(1, "held\n");
        _exit(0);
    }
    wait(0);
}

// What was one page for all becomes one for each as soon as it is written to.
static void copies(void) {
    size /= 8;
    char *found = map(MAP_PRIVATE);
    memset(found, 1, size);
    for (int i = 0; i < 7; i++)
        if (!fork()) {
            memset(found, i, size);
            sleep_for(0.3);
            _exit(0);
        }
    while (wait(0) > 0) {}
}

// A child that takes too much and is killed for it, and a parent that ends as if nothing had happened.
static void deniable(void) {
    if (!fork()) {
        heap();
        _exit(0);
    }
    wait(0);
}

// The peak is over before anyone has looked; what is read afterwards is only cached.
static void brief(void) {
    for (int i = 0; i < 10; i++) {
        char *found = map(MAP_PRIVATE);
        memset(found, 1, size);
        munmap(found, size);
    }
}

// Watches, timers and polls: objects of the kernel's own memory, as many as the descriptors allow.
static void objects(void) {
    for (int i = 0; i < 40; i++)
        if (!fork()) {
            int hub = epoll_create1(0), held[200], count = 0;
            while (count < 100 && !pipe(held + 2 * count)) count++;
            for (int j = 0; j < 2 * count; j++)
                epoll_ctl(hub, EPOLL_CTL_ADD, held[j], &(struct epoll_event){EPOLLIN});
            timer_t timer;
            while (!timer_create(CLOCK_MONOTONIC, &(struct sigevent){.sigev_notify = SIGEV_NONE}, &timer)) {}
            sleep_for(0.3);
            _exit(0);
        }
    while (wait(0) > 0) {}
}

// The input is a file in memory that somebody else has made; what is added to it would be on his account.
static void input(void) {
    must(!ftruncate(0, size));
    lseek(0, 0, SEEK_SET);
    fill(0, size);
}

// Attributes of the input, whose file system bounds neither their number nor their size.
static void attributes_of_input(void) {
    for (long i = 0; i * 60000 < size; i++) {
        char name[32];
        sprintf(name, "user.%ld", i);
        must(!syscall(SYS_fsetxattr, 0, name, block, 60000L, 0));
    }
    sleep_for(0.05);
}

// Extended attributes are held in the kernel's memory, a file's worth of them on every file.
static void attributes(void) {
    for (long i = 0; i < 4000 && i * 60000 < size; i++) {
        char name[32];
        sprintf(name, "/tmp/%ld", i);
        close(open(name, O_CREAT | O_WRONLY, 0600));
        must(!syscall(SYS_setxattr, name, "user.much", block, 60000L, 0));
    }
}

static void cache(void) {
    static char name[64];
    long read_in = 0;
    FILE *list = popen("find /usr/lib /usr/bin -type f -size +1M 2>/dev/null", "r");
    while (read_in < size && fgets(name, sizeof name, list)) {
        name[strcspn(name, "\n")] = 0;
        int found = open(name, O_RDONLY);
        for (long part; (part = read(found, block, sizeof block)) > 0;) read_in += part;
        close(found);
    }
}

static const struct attack ATTACKS_[] = {
    {"heap", heap}, {"stack", stack}, {"private", private}, {"shared", shared}, {"populated", populated},
    {"advised", advised}, {"locked", locked}, {"locked-all", locked_all}, {"brk", brk_}, {"huge", huge},
    {"tables", tables}, {"mappings", mappings}, {"file", file}, {"many-files", many_files},
    {"unnamed-file", unnamed_file}, {"shm", shm}, {"memfd", memfd}, {"secret", secret}, {"segment", segment},
    {"semaphores", semaphores}, {"messages", messages}, {"queues", queues}, {"pipes", pipes},
    {"sockets", sockets}, {"in-flight", in_flight}, {"pipes-in-flight", pipes_in_flight}, {"stacks", stacks},
    {"headless", headless}, {"misnamed", misnamed}, {"lent-to-a-thread", lent_to_a_thread}, {"children", children}, {"many-children", many_children}, {"lent", lent}, {"copies", copies},
    {"deniable", deniable}, {"brief", brief}, {"objects", objects}, {"input", input},
    {"attributes", attributes}, {"attributes-of-input", attributes_of_input}, {"cache", cache}, {0}};

int main(int argc, char **argv) {
    size = atol(argv[2]) * MIB;
    int code = choose(argv, ATTACKS_);
    if (code == 0) dprintf(1, "held\n");
    return code;
}
