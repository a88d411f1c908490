// Becomes somebody else, or somebody with more rights: by ids, by capabilities, by set-user-id programs.
#include "attack.h"
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/fsuid.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

static void ids(void) {
    TRY("setuid", setuid(0));
    TRY("setreuid", setreuid(0, 0));
    TRY("setresuid", setresuid(0, 0, 0));
    TRY("setuid of nobody", setuid(65534));
    setfsuid(0);
    if (setfsuid(-1) == 0) told("setfsuid", 0);
}
static void groups(void) {
    gid_t none[] = {0};
    TRY("setgid", setgid(0));
    TRY("setresgid", setresgid(0, 0, 0));
    TRY("setgroups", setgroups(1, none));
    TRY("no groups", setgroups(0, none));
}

static void capabilities(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct all[2] = {{~0u, ~0u, ~0u}, {~0u, ~0u, ~0u}};
    TRY("capset", syscall(SYS_capset, &header, all));
    TRY("ambient", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0));
    TRY("securebits", prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS, 0, 0, 0));
    TRY("keepcaps", prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
    TRY("no_new_privs", prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
    int held = 0;
    for (int i = 0; i < 64; i++) held += prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1;
    dprintf(1, "%d in the bounding set\n", held);
}

static void effective(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct held[2] = {0};
    syscall(SYS_capget, &header, held);
    dprintf(1, "%s\n", held[0].effective || held[0].permitted ? "capabilities" : "no capabilities");
}

// Shells of other people and programs that are root for everybody.
static void set_user_id(void) {
    static char *const programs[] = {"/usr/bin/su", "/usr/bin/mount", "/usr/bin/umount", "/usr/bin/passwd",
                                     "/usr/bin/newgrp", "/usr/bin/chfn", "/usr/bin/sudo", "/usr/bin/newuidmap",
                                     "/usr/bin/gpasswd", "/usr/bin/pkexec", "/usr/lib/openssh/ssh-keysign", 0};
    for (int i = 0; programs[i]; i++) {
        if (access(programs[i], X_OK)) continue;
        int child = fork();
        if (!child) {
            dup2(open("/dev/null", O_RDWR), 2);
            dup2(2, 1);
            execl(programs[i], programs[i], "-c", "id", "x", "y", (char *)0);
            _exit(1);
        }
        // Its ids, in the moment of its exec and until it ends, are those of whoever started it.
        char path[64], text[4096] = {0};
        sprintf(path, "/proc/%d/status", child);
        for (int j = 0; j < 20; j++) {
            int file = open(path, O_RDONLY);
            if (file >= 0 && read(file, text, sizeof text - 1) > 0 && strstr(text, "Uid:") &&
                !strstr(text, "Uid:\t1000\t1000\t1000\t1000"))
                dprintf(1, "%s is another\n", programs[i]);
            close(file);
        }
        int status;
        waitpid(child, &status, 0);
    }
    told("all", 0);
}

static void own_set_user_id(void) {
    if (given[0]) {
        dprintf(1, "%d %d\n", geteuid(), getegid());
        return;
    }
    static char block[4 << 20];
    long size = read(open("/proc/self/exe", O_RDONLY), block, sizeof block);
    int copy = open("/tmp/copy", O_CREAT | O_WRONLY, 0755);
    write(copy, block, size);
    close(copy);
    chmod("/tmp/copy", 06755);
    TRY("chown", chown("/tmp/copy", 0, 0));
    char capabilities[20] = {1, 0, 0, 2, 255, 255, 255, 255};
    TRY("file capabilities", setxattr("/tmp/copy", "security.capability", capabilities, sizeof capabilities, 0));
    execl("/tmp/copy", "copy", "own-set-user-id", "again", (char *)0);
}

static void devices(void) {
    TRY("mem", mknod("/tmp/mem", S_IFCHR | 0600, makedev(1, 1)));
    TRY("kmsg", mknod("/tmp/kmsg", S_IFCHR | 0600, makedev(1, 11)));
    TRY("disk", mknod("/tmp/disk", S_IFBLK | 0600, makedev(8, 0)));
    TRY("loop", mknod("/tmp/loop", S_IFBLK | 0600, makedev(7, 0)));
    TRY("fuse", mknod("/tmp/fuse", S_IFCHR | 0600, makedev(10, 229)));
    // The one node that everybody may make marks a hidden file in an overlay.
    TRY("whiteout", mknod("/tmp/whiteout", S_IFCHR | 0600, makedev(0, 0)));
}

static void host_id(void) {
    unsigned inside, outside, length;
    FILE *map = fopen("/proc/self/uid_map", "r");
    fscanf(map, "%u %u %u", &inside, &outside, &length);
    dprintf(1, "%s, one of %u\n", outside == 0 ? "root" : "not root", length);
}

static void core_of_others(void) {
    TRY("dumpable", prctl(PR_SET_DUMPABLE, 2, 0, 0, 0));
    abort();
}

ATTACKS({"ids", ids}, {"groups", groups}, {"capabilities", capabilities}, {"effective", effective},
        {"set-user-id", set_user_id}, {"own-set-user-id", own_set_user_id}, {"devices", devices},
        {"host-id", host_id}, {"core", core_of_others})
