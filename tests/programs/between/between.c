// Leaves something for the next run in the same box, and looks there for what an earlier one has left.
#include "attack.h"
#include <dirent.h>
#include <mqueue.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/un.h>
#include <sys/xattr.h>

static void leave_files(void) {
    close(open("/tmp/left", O_CREAT | O_WRONLY, 0600));
    close(open("/tmp/.hidden", O_CREAT | O_WRONLY, 0600));
    close(open("/dev/shm/left", O_CREAT | O_WRONLY, 0600));
    mkfifo("/tmp/fifo", 0600);
    mkdir("/tmp/folder", 0);
    mkdir("/tmp/-rf *\n", 0700);
    symlink("/code", "/tmp/link");
    told("left", 0);
}
static void count_files(void) {
    DIR *folder = opendir("/tmp");
    int found = -2;
    while (folder && readdir(folder)) found++;
    dprintf(1, "%d found\n", found);
}

static void change_folder(void) {
    chmod("/tmp", 01777);
    utimes("/tmp", (struct timeval[]){{1, 0}, {1, 0}});
    setxattr("/tmp", "user.left", "x", 1, 0);
    told("changed", 0);
}
static void see_folder(void) {
    struct stat about;
    char names[256];
    stat("/tmp", &about);
    dprintf(1, "%o, %ld attributes, %s\n", about.st_mode & 07777, (long)listxattr("/tmp", names, sizeof names),
            about.st_mtime < 1000000000 ? "old" : "new");
}

static void leave_objects(void) {
    int made = 0;
    made += shmget(77, 4096, IPC_CREAT | 0600) >= 0;
    made += semget(77, 1, IPC_CREAT | 0600) >= 0;
    made += msgget(77, IPC_CREAT | 0600) >= 0;
    made += mq_open("/left", O_CREAT | O_RDWR, 0600, 0) != (mqd_t)-1;
    dprintf(1, "%d made\n", made);
}
static void count_objects(void) {
    int found = 0;
    found += shmget(77, 4096, 0) >= 0;
    found += semget(77, 1, 0) >= 0;
    found += msgget(77, 0) >= 0;
    found += mq_open("/left", O_RDWR) != (mqd_t)-1;
    dprintf(1, "%d found\n", found);
}

// A name of no file system, where a server of the last run could wait for the next.
static void leave_name(void) {
    struct sockaddr_un name = {AF_UNIX, "\0left"};
    int server = TRY("socket", socket(AF_UNIX, SOCK_DGRAM, 0));
    if (server >= 0) TRY("bind", bind(server, (struct sockaddr *)&name, 8));
}

// Locks on files that every run, and every box, has in common.
static void lock_usr(void) {
    int file = open("/usr/bin/env", O_RDONLY);
    TRY("flock", flock(file, LOCK_EX | LOCK_NB));
    TRY("lease", fcntl(file, F_SETLEASE, F_RDLCK));
    TRY("notice", fcntl(open("/usr/bin", O_RDONLY | O_DIRECTORY), F_NOTIFY, 1));
    int pair[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    send_descriptors(pair[0], file, 1);
    send_descriptors(pair[0], pair[0], 1);
    send_descriptors(pair[0], pair[1], 1);
}
static void try_lock(void) { TRY("flock", flock(open("/usr/bin/env", O_RDONLY), LOCK_EX | LOCK_NB)); }

// Watches the submission's folder, and what everyone shares, and leaves the watch in flight.
static void watch(void) {
    int watcher = TRY("init", syscall(SYS_inotify_init)), pair[2];
    if (watcher < 0) return;
    TRY("watch /code", inotify_add_watch(watcher, "/code", 0xfff));
    TRY("watch /usr", inotify_add_watch(watcher, "/usr/bin", 0xfff));
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    send_descriptors(pair[0], watcher, 1);
    send_descriptors(pair[0], pair[0], 1);
    send_descriptors(pair[0], pair[1], 1);
}

static void tune(void) {
    umask(0777);
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){4, 4});
    setrlimit(RLIMIT_NPROC, &(struct rlimit){1, 1});
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){1, 1});
    nice(19);
    prctl(PR_SET_TIMERSLACK, 1000000000, 0, 0, 0);
    prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0);
    prctl(PR_SET_SPECULATION_CTRL, 0, PR_SPEC_FORCE_DISABLE, 0, 0);
    prctl(PR_SET_NAME, "pid 1", 0, 0, 0);
    setpgid(0, 0);
    told("tuned", 0);
}

static void memory_in_flight(void) {
    static char block[MIB];
    int pair[2], held = open("/tmp/held", O_CREAT | O_RDWR, 0600);
    for (int i = 0; i < 60; i++) write(held, block, sizeof block);
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    send_descriptors(pair[0], held, 1);
    send_descriptors(pair[0], pair[0], 1);
    send_descriptors(pair[0], pair[1], 1);
    told("left", 0);
}
static void take(void) {
    for (int i = 0; i < atoi(given[0]); i++) memset(malloc(MIB), 1, MIB);
    dprintf(1, "held\n");
}

static void numbers(void) {
    for (int i = 0; i < 300; i++) {
        if (!fork()) _exit(0);
        wait(0);
    }
    told("counted", 0);
}
static void number(void) { dprintf(1, "%s\n", getpid() < 10 ? "from the start" : "far on"); }

// A file that never had a name is gone without a trace, but for the number that the next one gets.
static void nameless(void) {
    struct stat about;
    for (int left = atoi(given[0]); left > 0; left--) {
        int made = open("/tmp", O_TMPFILE | O_RDWR, 0600);
        fstat(made, &about);
        close(made);
    }
    dprintf(1, "%s\n", about.st_ino < 100 ? "from the start" : "far on");
}

// Whoever was here has written to /tmp or not: one bit, if its times tell.
static void note_times(void) {
    struct stat about;
    stat("/tmp", &about);
    int kept = open("/code/times", O_CREAT | O_RDWR, 0600);
    write(kept, &about.st_mtim, sizeof about.st_mtim);
}
static void compare_times(void) {
    struct stat about;
    struct timespec before;
    stat("/tmp", &about);
    read(open("/code/times", O_RDONLY), &before, sizeof before);
    dprintf(1, "%s\n", memcmp(&before, &about.st_mtim, sizeof before) ? "changed" : "the same");
}

ATTACKS({"leave-files", leave_files}, {"count-files", count_files}, {"change-folder", change_folder},
        {"see-folder", see_folder}, {"leave-objects", leave_objects}, {"count-objects", count_objects},
        {"leave-name", leave_name}, {"lock-usr", lock_usr}, {"try-lock", try_lock}, {"watch", watch},
        {"tune", tune}, {"memory-in-flight", memory_in_flight}, {"take", take}, {"numbers", numbers},
        {"number", number}, {"nameless", nameless}, {"note-times", note_times}, {"compare-times", compare_times})
