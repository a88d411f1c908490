// Makes calls that a program in a box is refused, and prints each one's name and errno (0: it was let through).
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#define TRY(name, call)                                            \
    do {                                                           \
        errno = 0;                                                 \
        long result = (long)(call);                                \
        printf("%s %d\n", name, result < 0 ? errno : 0);           \
        fflush(stdout);                                            \
    } while (0)

int main(void) {
    char page[4096], byte = 'x';
    struct rlimit low = {1, 1};
    struct iovec mine = {page, 1}, theirs = {(void *)0x400000, 1};
    cpu_set_t all;
    memset(&all, 255, sizeof all);
    struct sched_param idle = {0};
    unsigned long long args[11] = {CLONE_NEWUSER};
    int parent = getppid();

    TRY("prlimit agent", prlimit(1, RLIMIT_NOFILE, &low, 0));
    TRY("prlimit parent", prlimit(parent, RLIMIT_AS, 0, &low));
    TRY("ptrace", ptrace(PTRACE_ATTACH, 1, 0, 0));
    TRY("ptrace traceme", ptrace(PTRACE_TRACEME, 0, 0, 0));
    TRY("process_vm_readv", process_vm_readv(1, &mine, 1, &theirs, 1, 0));
    TRY("process_vm_writev", process_vm_writev(1, &mine, 1, &theirs, 1, 0));
    TRY("pidfd_open", syscall(434, 1, 0));
    TRY("pidfd_getfd", syscall(438, 3, 3, 0));
    TRY("kcmp", syscall(SYS_kcmp, 1, getpid(), 0, 0, 0));
    TRY("setpriority", setpriority(PRIO_PROCESS, 1, 19));
    TRY("sched_setscheduler", sched_setscheduler(1, SCHED_IDLE, &idle));
    TRY("sched_setaffinity", sched_setaffinity(0, sizeof all, &all));
    TRY("clone NEWUSER", syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
    TRY("clone NEWNET", syscall(SYS_clone, CLONE_NEWNET | SIGCHLD, 0, 0, 0, 0));
    TRY("clone3", syscall(435, args, 88));
    TRY("unshare", unshare(CLONE_NEWUSER));
    TRY("setns", setns(0, 0));
    TRY("mount", mount("tmpfs", "/tmp", "tmpfs", 0, 0));
    TRY("umount", umount2("/usr", MNT_DETACH));
    TRY("pivot_root", syscall(SYS_pivot_root, "/tmp", "/tmp"));
    TRY("chroot", chroot("/tmp"));
    TRY("open_tree", syscall(428, AT_FDCWD, "/", 1));
    TRY("fsopen", syscall(430, "tmpfs", 0));
    TRY("mount_setattr", syscall(442, AT_FDCWD, "/", 0, 0, 0));
    TRY("name_to_handle_at", syscall(SYS_name_to_handle_at, AT_FDCWD, "/", 0, 0, 0));
    TRY("open_by_handle_at", syscall(SYS_open_by_handle_at, AT_FDCWD, 0, 0));
    TRY("bpf", syscall(SYS_bpf, 0, 0, 0));
    TRY("perf_event_open", syscall(SYS_perf_event_open, 0, 0, -1, -1, 0));
    TRY("userfaultfd", syscall(SYS_userfaultfd, 1));
    TRY("io_uring_setup", syscall(425, 1, page));
    TRY("keyctl", syscall(SYS_keyctl, 0, -3, 0));
    TRY("add_key", syscall(SYS_add_key, "user", "a", "b", 1, -3));
    TRY("request_key", syscall(SYS_request_key, "user", "a", 0, 0));
    TRY("init_module", syscall(SYS_init_module, 0, 0, ""));
    TRY("kexec_load", syscall(SYS_kexec_load, 0, 0, 0, 0));
    TRY("personality", personality(ADDR_NO_RANDOMIZE));
    TRY("TIOCSTI", ioctl(0, TIOCSTI, &byte));
    // The kernel looks at 32 bits of the command; so must the filter.
    TRY("TIOCSTI wide", syscall(SYS_ioctl, 0, TIOCSTI | 0x100000000ul, &byte));
    TRY("vmsplice", syscall(SYS_vmsplice, 1, &mine, 1, 0));
    TRY("seccomp", syscall(SYS_seccomp, 1, 8, 0));
    TRY("mmap huge", mmap(0, 1 << 21, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0));
    TRY("memfd_create huge", syscall(SYS_memfd_create, "x", 4));
    TRY("madvise mergeable", syscall(SYS_madvise, page, 0, 12));
    TRY("prctl core", prctl(62, 1, 0, 1, 0));
    TRY("prctl merge", prctl(67, 1, 0, 0, 0));
    TRY("io_setup", syscall(SYS_io_setup, 1, (*(long *)page = 0, page)));
    TRY("sync", syscall(SYS_sync));
    TRY("syncfs", syscall(SYS_syncfs, 0));
    TRY("fadvise64", syscall(SYS_fadvise64, open("/usr/bin/env", O_RDONLY), 0, 0, 4));
    TRY("reboot", syscall(SYS_reboot, 0xfee1dead, 672274793, 0, 0));
    TRY("syslog", syscall(SYS_syslog, 3, page, 1));
    TRY("sethostname", sethostname("x", 1));
    TRY("clock_settime", syscall(SYS_clock_settime, 0, page));
    TRY("unknown", syscall(500, 0, 0));
    TRY("socketpair inet", socketpair(AF_INET, SOCK_STREAM, 0, (int *)page));
    for (int family = 0; family < 46; family++) {
        char name[32];
        sprintf(name, "socket %d", family);
        TRY(name, socket(family, SOCK_STREAM, 0));
        TRY(name, socket(family, SOCK_DGRAM, 0));
        TRY(name, socket(family, SOCK_RAW, 0));
    }
    // Refused by the lack of any capability.
    TRY("mknod", mknod("/tmp/disk", S_IFBLK | 0600, makedev(8, 0)));
    TRY("setuid", setuid(0));
    TRY("chown", chown("/code/calls", 0, 0));
    TRY("PR_SET_SECUREBITS", prctl(PR_SET_SECUREBITS, 0, 0, 0, 0));
    TRY("raise limit", setrlimit(RLIMIT_NPROC, &(struct rlimit){1 << 20, 1 << 20}));
    return 0;
}
