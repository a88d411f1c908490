// System calls that a program has no business with, each as an attack would make it.
#include "attack.h"
#include <linux/aio_abi.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/fanotify.h>
#include <linux/filter.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/timex.h>
#include <sys/un.h>

static char page[4096] __attribute__((aligned(4096)));
static struct iovec mine = {page, 1};

// A process of ours to work on, which ends soon.
static int sibling(void) {
    int child = fork();
    if (!child) {
        sleep_for(2);
        _exit(0);
    }
    return child;
}

static int pidfd_of(int pid) { return syscall(434, pid, 0); }

static void ptrace_(void) {
    int other = sibling();
    TRY("attach", ptrace(PTRACE_ATTACH, other, 0, 0));
    TRY("seize", ptrace(PTRACE_SEIZE, other, 0, 0));
    kill(other, SIGKILL);
}
static void traced(void) { TRY("traceme", ptrace(PTRACE_TRACEME, 0, 0, 0)); }
static void ptrace_agent(void) { TRY("attach", ptrace(PTRACE_SEIZE, 1, 0, 0)); }
static void read_memory(void) {
    struct iovec theirs = {page, 1};
    TRY("readv", process_vm_readv(sibling(), &mine, 1, &theirs, 1, 0));
}
static void write_memory(void) {
    struct iovec theirs = {page, 1};
    TRY("writev", process_vm_writev(sibling(), &mine, 1, &theirs, 1, 0));
}
static void read_agent(void) {
    struct iovec theirs = {(void *)0x400000, 1};
    TRY("readv", process_vm_readv(1, &mine, 1, &theirs, 1, 0));
}
static void advise(void) {
    int other = pidfd_of(sibling());
    struct iovec theirs = {page, sizeof page};
    TRY("madvise", syscall(440, other, &theirs, 1, 20, 0));  // MADV_COLD
}
static void release(void) {
    // Where the sibling's memory is gone before the call there is no such process: then another one.
    long result;
    int tries = 0;
    do {
        int child = sibling(), other = pidfd_of(child);
        kill(child, SIGKILL);
        result = syscall(448, other, 0);
    } while (result == -1 && errno == ESRCH && ++tries < 20);
    told("mrelease", result);
}
static void compare(void) { TRY("kcmp", syscall(SYS_kcmp, getpid(), sibling(), 2, 0, 0)); }
static void pidfd_open_(void) { TRY("pidfd_open", syscall(434, getpid(), 0)); }
static void pidfd_open_agent(void) { TRY("pidfd_open", syscall(434, 1, 0)); }
static void pidfd_getfd_(void) { TRY("pidfd_getfd", syscall(438, pidfd_of(sibling()), 0, 0)); }
static void pidfd_send(void) { TRY("pidfd_send_signal", syscall(424, pidfd_of(getpid()), 0, 0, 0)); }
static void pidfd_by_clone(void) {
    // clone hands out a pidfd as well; with it a signal goes to whoever it names.
    int made = -1;
    int child = syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &made, 0, 0);
    if (!child) _exit(pause());
    TRY("send", syscall(424, made, SIGKILL, 0, 0));
    kill(child, SIGKILL);
}

static void limits_of_agent(void) {
    struct rlimit low = {100000, 100000};
    getrlimit(RLIMIT_CORE, &low);
    TRY("prlimit", syscall(SYS_prlimit64, 1, RLIMIT_CORE, &low, 0));
}
static void limits_of_parent(void) {
    struct rlimit seen;
    TRY("prlimit", syscall(SYS_prlimit64, getppid(), RLIMIT_AS, 0, &seen));
}
static void affinity(void) {
    cpu_set_t all;
    memset(&all, 255, sizeof all);
    TRY("affinity", sched_setaffinity(0, sizeof all, &all));
}
static void affinity_of_agent(void) {
    cpu_set_t one;
    sched_getaffinity(0, sizeof one, &one);
    TRY("affinity", sched_setaffinity(1, sizeof one, &one));
}
static void idle_agent(void) {
    struct sched_param none = {0};
    TRY("idle", sched_setscheduler(1, SCHED_BATCH, &none));
}
static void real_time(void) {
    struct sched_param most = {99};
    TRY("real time", sched_setscheduler(0, SCHED_FIFO, &most));
    TRY("param", sched_setparam(0, &(struct sched_param){0}));
}
static void sched_attr(void) {
    struct { unsigned size, policy; unsigned long flags; int nice; unsigned priority; unsigned long times[3]; }
        deadline = {48, 0, 0, 19};
    TRY("setattr", syscall(SYS_sched_setattr, 1, &deadline, 0));
}
static void nice_agent(void) { TRY("setpriority", setpriority(PRIO_PROCESS, 1, getpriority(PRIO_PROCESS, 1))); }
static void nice_user(void) { TRY("setpriority", setpriority(PRIO_USER, 0, 19)); }
static void io_priority(void) { TRY("ioprio_set", syscall(SYS_ioprio_set, 1, 1, 3 << 13)); }
static void nodes(void) {
    unsigned long from = 1, to = 1;
    void *pages[] = {page};
    int status;
    TRY("migrate_pages", syscall(SYS_migrate_pages, getpid(), 64, &from, &to));
    TRY("move_pages", syscall(SYS_move_pages, getpid(), 1, pages, 0, &status, 0));
}

static void clone_(void) {
    static const struct { const char *name; unsigned long flag; } spaces[] = {
        {"user", CLONE_NEWUSER}, {"user and mount", CLONE_NEWUSER | CLONE_NEWNS}, {"user and net", CLONE_NEWUSER | CLONE_NEWNET},
        {"user and pid", CLONE_NEWUSER | CLONE_NEWPID}};
    for (int i = 0; i < 4; i++) {
        long child = syscall(SYS_clone, spaces[i].flag | SIGCHLD, 0, 0, 0, 0);
        if (!child) _exit(0);
        told(spaces[i].name, child);
    }
}
static void clone_bare(void) {
    static const unsigned long flags[] = {CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWPID, CLONE_NEWNET};
    for (int i = 0; i < 6; i++) {
        long child = syscall(SYS_clone, flags[i] | SIGCHLD, 0, 0, 0, 0);
        if (!child) _exit(0);
        told("clone", child);
    }
}
static void clone3(void) {
    unsigned long long args[11] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD};
    long child = syscall(435, args, 88);
    if (!child) _exit(0);
    told("clone3", child);
}
static void unshare_(void) { TRY("unshare", unshare(CLONE_NEWUSER)); }
static void unshare_files(void) {
    TRY("mount", unshare(CLONE_NEWNS));
    TRY("time", unshare(0x80));  // CLONE_NEWTIME
}
static void setns_(void) {
    TRY("own user", setns(open("/proc/self/ns/user", O_RDONLY), 0));
    TRY("own net", setns(open("/proc/self/ns/net", O_RDONLY), 0));
    TRY("the agent's", setns(open("/proc/1/ns/mnt", O_RDONLY), 0));
}

// A new user namespace gives every capability over new mounts; with these a tree of one's own is made.
static void nest(void) {
    if (TRY("unshare", unshare(CLONE_NEWUSER | CLONE_NEWNS))) return;
    TRY("mount", mount("x", "/tmp", "tmpfs", 0, 0));
    TRY("over usr", mount("x", "/usr", "tmpfs", 0, 0));
    TRY("umount", umount2("/usr", MNT_DETACH));
}

static void mount_(void) {
    TRY("tmpfs", mount("x", "/tmp", "tmpfs", 0, 0));
    TRY("proc", mount("x", "/proc", "proc", 0, 0));
    TRY("bind", mount("/usr", "/tmp", 0, MS_BIND, 0));
    TRY("remount", mount(0, "/usr", 0, MS_REMOUNT | MS_BIND, 0));
}
static void umount_(void) {
    TRY("umount", umount2("/tmp", MNT_DETACH));
    TRY("umount of usr", umount2("/usr", MNT_DETACH));
}
static void pivot(void) {
    mkdir("/tmp/old", 0700);
    TRY("pivot_root", syscall(SYS_pivot_root, "/tmp", "/tmp/old"));
}
// The classic: out of a chroot by a folder kept open from before it.
static void chroot_(void) {
    mkdir("/tmp/cage", 0700);
    TRY("chroot", chroot("/tmp/cage"));
}
static void new_mounts(void) {
    int tree = TRY("open_tree", syscall(428, AT_FDCWD, "/usr", 1));
    int system = TRY("fsopen", syscall(430, "tmpfs", 0));
    TRY("fsconfig", syscall(431, system, 6, 0, 0, 0));
    TRY("fsmount", syscall(432, system, 0, 0));
    TRY("fspick", syscall(433, AT_FDCWD, "/tmp", 0));
    TRY("move_mount", syscall(429, tree, "", AT_FDCWD, "/tmp", 4));
    unsigned long long attributes[4] = {0, 1};
    TRY("mount_setattr", syscall(442, AT_FDCWD, "/usr", 0x8000, attributes, 32));
}
static void new_tree(void) {
    TRY("open_tree", syscall(428, AT_FDCWD, "/usr", 0));
}
static void tell_of_mounts(void) {
    unsigned long long request[4] = {32, -1ull, 0, 0}, found[64];
    struct { unsigned size, spare; unsigned long long id, param, ns; } asked = {24, 0, -1ull, 0};
    TRY("listmount", syscall(458, &asked, found, 64, 0));
    asked.id = found[0] ? found[0] : 1;
    asked.param = 2;
    TRY("statmount", syscall(457, &asked, page, sizeof page, 0));
}

static void handle(void) {
    struct { unsigned bytes; int type; char handle[128]; } file = {128};
    int mount;
    TRY("name", syscall(SYS_name_to_handle_at, AT_FDCWD, "/usr", &file, &mount, 0));
}
// The inode of a file system's root is known; a handle for it needs no path at all.
static void by_handle(void) {
    struct { unsigned bytes; int type; unsigned inode[2]; } root = {8, 1, {2, 0}};
    TRY("open", syscall(SYS_open_by_handle_at, open("/usr", O_RDONLY), &root, O_RDONLY));
}
static void fanotify(void) {
    int group = TRY("init", syscall(SYS_fanotify_init, FAN_REPORT_FID | FAN_CLASS_NOTIF, O_RDONLY));
    TRY("mark", syscall(SYS_fanotify_mark, group, FAN_MARK_ADD, (long)FAN_OPEN, AT_FDCWD, "/tmp"));
}

static void bpf(void) {
    union bpf_attr map = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
    TRY("map", syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof map));
    struct bpf_insn end[] = {{.code = 0xb7}, {.code = 0x95}};
    union bpf_attr program = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insn_cnt = 2, .insns = (long)end, .license = (long)"GPL"};
    TRY("program", syscall(SYS_bpf, BPF_PROG_LOAD, &program, sizeof program));
}
static void modules(void) {
    TRY("init", syscall(SYS_init_module, page, 64, ""));
    TRY("finit", syscall(SYS_finit_module, open("/code/calls", O_RDONLY), "", 0));
    TRY("delete", syscall(SYS_delete_module, "ext4", O_NONBLOCK));
    TRY("create", syscall(SYS_create_module, "x", 4096));
    TRY("query", syscall(SYS_query_module, 0, 1, page, 0, 0));
    TRY("symbols", syscall(SYS_get_kernel_syms, 0));
}
static void kexec(void) {
    TRY("load", syscall(SYS_kexec_load, 0, 0, 0, 0));
    TRY("file", syscall(SYS_kexec_file_load, open("/code/calls", O_RDONLY), -1, 0, "", 4));
}
static void perf(void) {
    struct perf_event_attr about = {.type = PERF_TYPE_SOFTWARE, .size = sizeof about, .config = PERF_COUNT_SW_TASK_CLOCK,
                                    .exclude_kernel = 1, .exclude_hv = 1};
    TRY("perf", syscall(SYS_perf_event_open, &about, 0, -1, -1, 0));
}
static void fault(void) { TRY("userfaultfd", syscall(SYS_userfaultfd, 1 | O_CLOEXEC)); }
static void ring(void) {
    static unsigned params[30];
    int made = TRY("setup", syscall(425, 4, params));
    TRY("enter", syscall(426, made, 0, 0, 0, 0, 0));
    TRY("register", syscall(427, made, 9, page, 0) < 0 && errno != EINVAL ? -1 : 0);
}
static void aio(void) {
    aio_context_t context = 0;
    TRY("io_setup", syscall(SYS_io_setup, 1000, &context));
}
static void sync_(void) { TRY("sync", syscall(SYS_sync)); }
static void syncfs_(void) { TRY("syncfs", syncfs(open("/usr", O_RDONLY))); }
static void drop_cache(void) { TRY("drop", syscall(SYS_fadvise64, open("/usr/bin/env", O_RDONLY), 0L, 0L, 4)); }
static void keys(void) {
    TRY("join", syscall(SYS_keyctl, 1, "stolen"));
    TRY("session", syscall(SYS_keyctl, 0, -3, 1));
    TRY("persistent", syscall(SYS_keyctl, 22, -1, -2));
}
static void add_key(void) { TRY("add_key", syscall(SYS_add_key, "user", "left", "x", 1L, -4)); }
static void request_key(void) { TRY("request_key", syscall(SYS_request_key, "user", "left", "callout", -4)); }

static void families(void) {
    static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, SOCK_RDM, SOCK_DCCP, SOCK_PACKET};
    int made = 0;
    for (int family = 0; family < 46; family++)
        for (int type = 0; type < 7; type++) {
            int found = socket(family, types[type], 0);
            if (found >= 0 || (errno != EAFNOSUPPORT)) made++;
            close(found);
        }
    dprintf(1, "%s\n", made ? "some are made" : "none is made");
}
// Where nothing listens, an own network says that it has no way there, and the host's that it is refused.
static void connect_(void) {
    struct sockaddr_in host = {AF_INET, htons(1), {htonl(INADDR_LOOPBACK)}};
    int made = socket(AF_INET, SOCK_STREAM, 0);
    if (made < 0) {
        told("socket", -1);
        return;
    }
    connect(made, (struct sockaddr *)&host, sizeof host);
    dprintf(1, "%s\n", errno == ECONNREFUSED ? "the host's network" : "a network of its own");
}
static void raw(void) {
    TRY("raw", socket(AF_INET, SOCK_RAW, 1));
    TRY("packet", socket(AF_PACKET, SOCK_RAW, 768));
    TRY("netlink", socket(AF_NETLINK, SOCK_RAW, 0));
    TRY("vsock", socket(40, SOCK_STREAM, 0));
    TRY("alg", socket(38, SOCK_SEQPACKET, 0));
}
static void pairs(void) {
    int ends[2], made = 0;
    for (int family = 0; family < 46; family++)
        if (family != AF_UNIX)
            for (int type = 1; type < 6; type++)
                if (!socketpair(family, type, 0, ends) || errno != EAFNOSUPPORT) made++;
    dprintf(1, "%s\n", made ? "some are tried" : "none is tried");
}
static void unix_name(void) {
    struct sockaddr_un name = {AF_UNIX, "/tmp/server"};
    int made = TRY("socket", socket(AF_UNIX, SOCK_STREAM, 0));
    if (made >= 0) TRY("bind", bind(made, (struct sockaddr *)&name, sizeof name));
}

static void type_ahead(void) {
    char byte = 'x';
    TRY("TIOCSTI", ioctl(0, TIOCSTI, &byte));
    TRY("wide", syscall(SYS_ioctl, 0, TIOCSTI | 0x100000000ul, &byte));
    TRY("TIOCLINUX", ioctl(0, TIOCLINUX, &byte));
}
static void no_random(void) { TRY("personality", personality(ADDR_NO_RANDOMIZE)); }
static void at_zero(void) { TRY("personality", personality(MMAP_PAGE_ZERO | READ_IMPLIES_EXEC)); }
static void gift(void) {
    int ends[2];
    pipe(ends);
    TRY("vmsplice", syscall(SYS_vmsplice, ends[1], &mine, 1L, 8));
}
static void notify(void) {
    struct sock_filter all[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {1, all};
    TRY("notify", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 8, &program));
}
// A filter of one's own may be put on; it can only refuse more.
static void loosen(void) {
    struct sock_filter all[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {1, all};
    prctl(PR_SET_SECCOMP, 2, &program);
    TRY("unshare", unshare(CLONE_NEWUSER));
}
static void segments(void) {
    struct { unsigned entry; unsigned long base, limit, flags; } one = {0, 0, 1, 0};
    TRY("modify_ldt", syscall(SYS_modify_ldt, 0, page, 64L));
}
static void secret(void) { TRY("memfd_secret", syscall(447, 0)); }
static void security(void) {
    unsigned size = sizeof page;
    TRY("list", syscall(461, page, &size, 0));
    TRY("get", syscall(459, 100, page, &size, 0));
    TRY("set", syscall(460, 100, page, 32, 0));
}
static void relics(void) {
    TRY("uselib", syscall(SYS_uselib, "/usr/bin/env"));
    TRY("lookup_dcookie", syscall(SYS_lookup_dcookie, 0L, page, 10L));
    TRY("nfsservctl", syscall(SYS_nfsservctl, 0, 0, 0));
}

static void host(void) {
    TRY("reboot", syscall(SYS_reboot, 0xfee1dead, 672274793, 0, 0));  // only to refuse Ctrl-Alt-Del
    TRY("swapon", syscall(SYS_swapon, "/tmp/none", 0));
    TRY("swapoff", syscall(SYS_swapoff, "/tmp/none"));
    TRY("acct", syscall(SYS_acct, "/tmp/none"));
    TRY("quotactl", syscall(SYS_quotactl, 0x800001 << 8, "/dev/none", 0, 0));
    TRY("quotactl_fd", syscall(443, 0, 0x800001 << 8, 0, 0));
    TRY("vhangup", syscall(SYS_vhangup));
    TRY("iopl", syscall(SYS_iopl, 3));
    TRY("ioperm", syscall(SYS_ioperm, 0x70, 2, 1));
}
static void log_(void) {
    TRY("read", syscall(SYS_syslog, 3, page, 4096));
    TRY("clear", syscall(SYS_syslog, 5, 0, 0));
}
static void name(void) {
    TRY("sethostname", sethostname("evil", 4));
    TRY("setdomainname", setdomainname("evil", 4));
}
static void clock_(void) {
    struct timespec now_;
    struct timeval tv;
    struct timex change = {.modes = ADJ_TICK, .tick = 1};
    clock_gettime(CLOCK_REALTIME, &now_);
    gettimeofday(&tv, 0);
    TRY("settimeofday", settimeofday(&tv, 0));
    TRY("clock_settime", syscall(SYS_clock_settime, CLOCK_REALTIME, &now_));
    TRY("adjtimex", adjtimex(&change));
    TRY("clock_adjtime", syscall(SYS_clock_adjtime, CLOCK_REALTIME, &change));
}

static void huge_pages(void) { TRY("mmap", mmap(0, 1 << 21, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0)); }
static void huge_file(void) { TRY("memfd", syscall(SYS_memfd_create, "x", 4)); }
static void merge(void) { TRY("mergeable", madvise(page, sizeof page, 12)); }
static void merge_all(void) { TRY("merge", prctl(67, 1, 0, 0, 0)); }
static void core_schedule(void) { TRY("core", prctl(62, 1, 0, 1, 0)); }

static void i386(void) {
    long result = 20;  // getpid
    __asm__ volatile("int $0x80" : "+a"(result) : : "r8", "r9", "r10", "r11", "memory");
    dprintf(1, "i386: %s\n", result == getpid() ? "done" : "refused");
}
// ptrace has another number there, and by this filter's numbers it would be a call that is allowed.
static void i386_ptrace(void) {
    long result = 26;
    __asm__ volatile("int $0x80" : "+a"(result) : "b"(0L), "c"(0L), "d"(0L), "S"(0L) : "r8", "r9", "r10", "r11", "memory");
    dprintf(1, "ptrace: %s\n", result == 0 ? "done" : "refused");
}
static void x32(void) {
    long result = syscall(0x40000000 | SYS_getpid);
    dprintf(1, "x32: %s\n", result > 0 ? "done" : strerrorname_np(errno));
}
static void unknown(void) {
    struct { unsigned long value; unsigned size, flags; } one = {(long)"x", 1, 0};
    TRY("setxattrat", syscall(463, AT_FDCWD, "/tmp", 0, "user.a", &one, 16L));
}
static void beyond(void) {
    int made = 0;
    for (long number = 463; number < 2000; number++) made += syscall(number, -1L, -1L, -1L, -1L, -1L, -1L) != -1 || errno != ENOSYS;
    dprintf(1, "%s\n", made ? "some are known" : "none is known");
}
// The number of a call that is refused, with bits beyond those that the kernel looks at.
static void wide_number(void) {
    long result = 0x100000000 | SYS_unshare;
    __asm__ volatile("syscall" : "+a"(result) : "D"((long)CLONE_NEWUSER) : "rcx", "r11", "memory");
    dprintf(1, "wide: %s\n", result == 0 ? "done" : strerrorname_np(-result));
}

static void objects(void) {
    TRY("shmget", syscall(SYS_shmget, 0, 4096L, 01600));
    TRY("semget", syscall(SYS_semget, 0, 1, 01600));
    TRY("msgget", syscall(SYS_msgget, 0, 01600));
}
static void message_queue(void) { TRY("mq_open", syscall(SYS_mq_open, "left", O_CREAT | O_RDWR, 0600, 0)); }

// Locks of every kind, a byte each so that none is in another's way, and what else is told of a file.
static void locks(void) {
    struct flock byte = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
    int file = open("/tmp/locked", O_CREAT | O_RDWR, 0600);
    TRY("record", fcntl(file, F_SETLK, &byte));
    byte.l_start++;
    TRY("record, waiting", fcntl(file, F_SETLKW, &byte));
    byte.l_start++;
    TRY("open file", fcntl(file, F_OFD_SETLK, &byte));
    byte.l_start++;
    TRY("open file, waiting", fcntl(file, F_OFD_SETLKW, &byte));
    TRY("lease", fcntl(open("/tmp/let", O_CREAT | O_RDONLY, 0600), F_SETLEASE, F_RDLCK));
    TRY("notice", fcntl(open("/tmp", O_RDONLY | O_DIRECTORY), F_NOTIFY, 4));  // of new files
}
// One lock with holes in it is many, and every close looks through all: of each descriptor, in each process.
static void many_locks(void) {
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 40002};
    struct flock hole = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_len = 1};
    int file = open("/tmp/locked", O_CREAT | O_RDWR, 0600);
    if (TRY("lock", fcntl(file, F_OFD_SETLK, &all))) return;
    for (int left = 20000; left > 0 && !fcntl(file, F_OFD_SETLK, &hole); left--) hole.l_start = 2 * left - 1;
    told("holes", 0);
    for (int i = 0; i < 50; i++) dup(file);
    if (!fork()) _exit(0);
    wait(0);
}
// Each open file has its own lock; the second is refused where the first is held.
static void flock_(void) {
    TRY("first", flock(open("/usr/bin/env", O_RDONLY), LOCK_EX | LOCK_NB));
    TRY("second", flock(open("/usr/bin/env", O_RDONLY), LOCK_EX | LOCK_NB));
}
// What CPU time pid 1 has used, of which nothing but earlier runs is the cause.
static void clock_of_agent(void) {
    enum { INIT = ~1 * 8 | 2 };  // as clock_getcpuclockid makes it
    struct timespec time = {0};
    int timer;
    TRY("gettime", syscall(SYS_clock_gettime, INIT, &time));
    TRY("nanosleep", syscall(SYS_clock_nanosleep, INIT, TIMER_ABSTIME, &(struct timespec){0}, 0));
    TRY("timer", syscall(SYS_timer_create, INIT, &(struct sigevent){.sigev_notify = SIGEV_NONE}, &timer));
}
static void tune_sockets(void) {
    struct sock_filter all[] = {BPF_STMT(BPF_RET | BPF_K, -1)};
    struct sock_fprog program = {1, all};
    int ends[2], most = 1 << 20;
    socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
    TRY("filter", setsockopt(ends[0], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
    TRY("to send", setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &most, sizeof most));
    TRY("to receive", setsockopt(ends[0], SOL_SOCKET, SO_RCVBUF, &most, sizeof most));
}
static void inotify(void) {
    TRY("init", syscall(SYS_inotify_init));
    TRY("init1", syscall(SYS_inotify_init1, 0));
}
static void policies(void) {
    unsigned long first = 1;
    TRY("mbind", syscall(SYS_mbind, page, 4096L, 2, &first, 64L, 0));
    TRY("home", syscall(450, page, 4096L, 0L, 0L));
}
static void attributes(void) {
    close(open("/tmp/file", O_CREAT | O_WRONLY, 0600));
    TRY("by name", syscall(SYS_setxattr, "/tmp/file", "user.one", "x", 1L, 0));
    TRY("of a link", syscall(SYS_lsetxattr, "/tmp/file", "user.two", "x", 1L, 0));
    TRY("of the input", syscall(SYS_fsetxattr, 0, "user.three", "x", 1L, 0));
}
// The kernel flushes no pipe, and no memory that is not there: it would say so.
static void flush(void) {
    int ends[2];
    pipe(ends);
    TRY("fsync", syscall(SYS_fsync, ends[0]));
    TRY("fdatasync", syscall(SYS_fdatasync, ends[0]));
    TRY("msync", syscall(SYS_msync, 0x10000L, 4096L, MS_SYNC));
}
static void flush_disk(void) {
    int file = open("/usr/bin/env", O_RDONLY), done = 0;
    for (int i = 0; i < 200; i++) done += !syscall(SYS_fsync, file) && !syscall(SYS_fdatasync, file);
    dprintf(1, "%d done\n", done);
}
// Waits for a child as the one does that lends it its memory, but keeps that for itself.
static void clone_vfork(void) {
    long child = syscall(SYS_clone, CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
    if (!child) _exit(0);
    told("clone", child);
}

ATTACKS({"ptrace", ptrace_}, {"traced", traced}, {"ptrace-agent", ptrace_agent}, {"read-memory", read_memory},
        {"write-memory", write_memory}, {"read-agent", read_agent}, {"advise", advise}, {"release", release},
        {"compare", compare}, {"pidfd-open", pidfd_open_}, {"pidfd-open-agent", pidfd_open_agent},
        {"pidfd-getfd", pidfd_getfd_}, {"pidfd-send", pidfd_send}, {"pidfd-by-clone", pidfd_by_clone},
        {"limits-of-agent", limits_of_agent}, {"limits-of-parent", limits_of_parent}, {"affinity", affinity},
        {"affinity-of-agent", affinity_of_agent}, {"idle-agent", idle_agent}, {"real-time", real_time},
        {"sched-attr", sched_attr}, {"nice-agent", nice_agent}, {"nice-user", nice_user}, {"io-priority", io_priority},
        {"nodes", nodes}, {"clone", clone_}, {"clone-bare", clone_bare}, {"clone3", clone3}, {"unshare", unshare_},
        {"unshare-files", unshare_files}, {"setns", setns_}, {"nest", nest}, {"mount", mount_}, {"umount", umount_},
        {"pivot", pivot}, {"chroot", chroot_}, {"new-mounts", new_mounts}, {"new-tree", new_tree},
        {"tell-of-mounts", tell_of_mounts}, {"handle", handle}, {"by-handle", by_handle}, {"fanotify", fanotify},
        {"bpf", bpf}, {"modules", modules}, {"kexec", kexec}, {"perf", perf}, {"fault", fault}, {"ring", ring},
        {"aio", aio}, {"sync", sync_}, {"syncfs", syncfs_}, {"drop-cache", drop_cache}, {"keys", keys},
        {"add-key", add_key}, {"request-key", request_key}, {"families", families}, {"connect", connect_}, {"raw", raw},
        {"pairs", pairs}, {"unix-name", unix_name}, {"type-ahead", type_ahead}, {"no-random", no_random},
        {"at-zero", at_zero}, {"gift", gift}, {"notify", notify}, {"loosen", loosen}, {"segments", segments},
        {"secret", secret}, {"security", security}, {"relics", relics}, {"host", host}, {"log", log_}, {"name", name},
        {"clock", clock_}, {"huge-pages", huge_pages}, {"huge-file", huge_file}, {"merge", merge},
        {"merge-all", merge_all}, {"core-schedule", core_schedule}, {"i386", i386}, {"i386-ptrace", i386_ptrace},
        {"x32", x32}, {"unknown", unknown}, {"beyond", beyond}, {"wide-number", wide_number}, {"objects", objects},
        {"message-queue", message_queue}, {"locks", locks}, {"many-locks", many_locks}, {"flock", flock_},
        {"clock-of-agent", clock_of_agent}, {"tune-sockets", tune_sockets}, {"inotify", inotify},
        {"policies", policies}, {"attributes", attributes}, {"flush", flush}, {"flush-disk", flush_disk},
        {"clone-vfork", clone_vfork})
