// Reads and writes what /proc and /dev show, of the program itself, of others and of the machine.
#include "attack.h"
#include <dirent.h>
#include <ftw.h>

static const char *wanted;
static int files, hits;

static int look(const char *path, const struct stat *about, int kind, struct FTW *unused) {
    static char block[1 << 16];
    if (kind != FTW_F || strstr(path, "/mem") || strstr(path, "/fd/")) return 0;
    int file = open(path, O_RDONLY | O_NONBLOCK);
    if (file < 0) return 0;
    files++;
    long got = read(file, block, sizeof block);
    for (long i = 0; i + (long)strlen(wanted) <= got; i++)
        if (!memcmp(block + i, wanted, strlen(wanted))) {
            dprintf(1, "found in %s\n", path);
            hits++;
            break;
        }
    close(file);
    return 0;
}

// Everything readable, for a name that stands in the environment of whoever runs the judge.
static void walk(void) {
    // Put together here, so that it is not found in our own command line.
    static char name[64];
    sprintf(name, "%s%s", "JUDGE_", "CANARY");
    wanted = name;
    nftw("/proc", look, 30, FTW_PHYS);
    dprintf(1, "%s, %d found\n", files > 20 ? "read" : "nothing read", hits);
}

// The same name in the program's own environment.
static void environment(void) {
    char name[64];
    sprintf(name, "%s%s", "JUDGE_", "CANARY");
    dprintf(1, "%s\n", getenv(name) ? getenv(name) : "nothing");
}

// The memory of a sibling by its file, where no filter sees what is read.
static void sibling(void) {
    char path[64];
    int other = fork();
    if (!other) {
        sleep_for(1);
        _exit(0);
    }
    sprintf(path, "/proc/%d/mem", other);
    TRY("mem", open(path, O_RDWR));
    sprintf(path, "/proc/%d/environ", other);
    TRY("environ", open(path, O_RDONLY));
}

static void others(void) {
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    int found = 0;
    while ((entry = readdir(folder)))
        if (atoi(entry->d_name) > 0 && atoi(entry->d_name) != getpid()) found++;
    dprintf(1, "%d others\n", found);
}

static void agent(void) {
    static const char *const names[] = {"environ", "cmdline", "maps", "status", "stat", "io", "ns/net", "fd", "root/etc",
                                        "cwd", "exe", "mem", "task/1/status", "mountinfo", 0};
    for (int i = 0; names[i]; i++) {
        char path[64];
        sprintf(path, "/proc/1/%s", names[i]);
        TRY(names[i], open(path, O_RDONLY));
    }
}

static void agent_line(void) {
    char text[4096];
    int file = TRY("cmdline", open("/proc/1/cmdline", O_RDONLY));
    if (file >= 0 && read(file, text, sizeof text) > 0) dprintf(1, "%s\n", text);
}

static void machine(void) {
    static const char *const names[] = {"kcore", "kallsyms", "keys", "cmdline", "version", "cpuinfo", "meminfo", "loadavg",
                                        "modules", "timer_list", "sched_debug", "interrupts", "net", "bus", "sysvipc",
                                        "mounts/..", "config.gz", "kmsg", "iomem", "partitions", "slabinfo",
                                        "sysrq-trigger", "sys", "sys/kernel/core_pattern", "tty", "acpi", "driver", 0};
    int found = 0;
    for (int i = 0; names[i]; i++) {
        char path[64];
        sprintf(path, "/proc/%s", names[i]);
        int file = open(path, O_RDONLY);
        if (file >= 0 && strcmp(names[i], "mounts/..")) {
            dprintf(1, "%s\n", path);
            found++;
        }
    }
    dprintf(1, "%d found\n", found);
}

static void settings(void) {
    static const char *const names[] = {"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/ns_last_pid",
                                        "/proc/sys/vm/drop_caches", "/proc/sysrq-trigger", "/proc/self/oom_score_adj",
                                        "/proc/self/coredump_filter", "/proc/self/uid_map", "/proc/self/setgroups",
                                        "/proc/self/timerslack_ns", "/proc/self/loginuid", "/proc/self/comm",
                                        "/proc/self/attr/current", "/proc/self/clear_refs", "/proc/self/mem", 0};
    for (int i = 0; names[i]; i++)
        if (open(names[i], O_WRONLY) >= 0) dprintf(1, "%s: done\n", names[i]);
    told("all", 0);
}

static long written(const char *path, const char *text, long at) {
    int file = open(path, O_RDWR);
    return file < 0 ? -1 : pwrite(file, text, strlen(text), at);
}

static void oom_score(void) { TRY("oom_score_adj", written("/proc/self/oom_score_adj", "1000", 0)); }

// Own memory by a file, past the protection of its pages: a read-only page is written.
static const char locked[] = "locked";
static void own_memory(void) { TRY("mem", written("/proc/self/mem", "broken", (uintptr_t)locked)); }

static void devices(void) {
    DIR *folder = opendir("/dev");
    struct dirent *entry;
    static const char *const known = " . .. null zero full random urandom fd stdin stdout stderr shm ";
    int odd = 0;
    while ((entry = readdir(folder))) {
        char name[300];
        sprintf(name, " %s ", entry->d_name);
        if (!strstr(known, name)) {
            dprintf(1, "/dev/%s\n", entry->d_name);
            odd++;
        }
    }
    static const char *const wanted[] = {"mem", "kmsg", "port", "vda", "sda", "loop0", "loop-control", "fuse", "kvm",
                                         "net/tun", "tty", "ptmx", "pts/0", "console", "userfaultfd", "vhost-net",
                                         "vsock", "mapper/control", "btrfs-control", "uinput", "rtc0", "hpet", 0};
    for (int i = 0; wanted[i]; i++) {
        char path[64];
        sprintf(path, "/dev/%s", wanted[i]);
        if (open(path, O_RDONLY | O_NONBLOCK) >= 0) {
            dprintf(1, "%s\n", path);
            odd++;
        }
    }
    dprintf(1, "%d odd\n", odd);
}

// What the random devices are told becomes part of the machine's; more than that is for root.
static void random_device(void) {
    int zero = 0;
    TRY("count", syscall(SYS_ioctl, open("/dev/urandom", O_RDWR), 0x40045201, &zero));  // RNDADDTOENTCNT
}

static void sys(void) {
    TRY("/sys", open("/sys", O_RDONLY));
    TRY("/sys/fs/cgroup", open("/sys/fs/cgroup", O_RDONLY));
    TRY("/sys/kernel/debug", open("/sys/kernel/debug", O_RDONLY));
}

static void own_cgroup(void) {
    char text[4096] = {0};
    read(open("/proc/self/cgroup", O_RDONLY), text, sizeof text - 1);
    dprintf(1, "%s\n", strstr(text, "judge") ? "a group with the judge's name" : "no name");
}

ATTACKS({"walk", walk}, {"environment", environment}, {"sibling", sibling}, {"others", others}, {"agent", agent}, {"agent-line", agent_line}, {"machine", machine},
        {"settings", settings}, {"oom-score", oom_score}, {"own-memory", own_memory}, {"devices", devices},
        {"random", random_device}, {"sys", sys}, {"own-cgroup", own_cgroup})
