/* Who the processes of a box are: an id that owns nothing, namespaces of their own, no way back. */

#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The user and group id that every process of a box sees itself as. */
enum { INSIDE_ID = 1000 };

/* In the order in which they are left; the user namespace gives the rights to leave the others. */
static const struct {
    int flag;
    const char *name;
} namespaces[] = {
    {CLONE_NEWUSER, "user namespace"},     {CLONE_NEWNS, "mount namespace"}, {CLONE_NEWPID, "pid namespace"},
    {CLONE_NEWNET, "network namespace"},   {CLONE_NEWIPC, "IPC namespace"},  {CLONE_NEWUTS, "UTS namespace"},
    {CLONE_NEWCGROUP, "cgroup namespace"},
};

/* Ask for SIGKILL when the thread that started us ends, and end now if it has; a change of ids takes the
 * request back. parent: its process id, which is 0 where that one is outside our pid namespace. */
void die_with(pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
}

/* Give every signal its default action, and unblock all. As pid 1 that makes init deaf to its children, and
 * programs start with what exec expects. By the kernel's call, as the C library keeps 32 and 33 to itself and
 * whoever started the worker may have left them ignored. */
void forget_signals(void) {
    unsigned long action[4] = {0}, mask = 0;
    for (int number = 1; number < _NSIG; number++)
        syscall(SYS_rt_sigaction, number, action, NULL, sizeof mask);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof mask);
}

/* Let go of the session keyring of whoever started the judge. A second layer only, since the filter refuses
 * every keyring call: so a kernel or container that has no keyrings to offer is no reason to refuse. */
void leave_keyring(void) {
    syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
}

static void write_file(const char *layer, const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, text, strlen(text)) < 0)
        die(layer, path);
    close(file);
}

/* Let the kernel's memory killer pass over the agent, where we may. Programs raise their own score, so where
 * we may not they are chosen first all the same. */
void protect_from_oom(void) {
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file >= 0 && write(file, "-1000", 5) < 0 && errno != EACCES)
        die("agent", "oom_score_adj");
    close(file);
}

/* Become a user and a group of those given, in no other group; where there are none, stay who we are. Our
 * process id chooses, so boxes that live at once are different ones. */
void take_ids(struct range users, struct range groups) {
    if (!users.count || !groups.count)
        return;
    uid_t user = users.first + getpid() % users.count;
    gid_t group = groups.first + getpid() % groups.count;
    if (setgroups(0, NULL) || setresgid(group, group, group) || setresuid(user, user, user))
        die("spare user id", "setresuid");
}

/* Leave every namespace of the host; the pid namespace begins with the next child. */
void enter_namespaces(void) {
    char map[64];
    uid_t user = geteuid();
    gid_t group = getegid();
    prctl(PR_SET_DUMPABLE, 1); /* the change of ids made /proc/self root's, and the maps lie there */
    for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++) {
        if (unshare(namespaces[i].flag))
            die(namespaces[i].name, "unshare");
        if (namespaces[i].flag == CLONE_NEWUSER) {
            write_file("user namespace", "/proc/self/setgroups", "deny");
            snprintf(map, sizeof map, "%d %u 1", INSIDE_ID, user);
            write_file("user namespace", "/proc/self/uid_map", map);
            snprintf(map, sizeof map, "%d %u 1", INSIDE_ID, group);
            write_file("user namespace", "/proc/self/gid_map", map);
        }
    }
    prctl(PR_SET_DUMPABLE, 0);
}

/* Keep one capability over the box's own namespaces, to renumber its processes after each run, and let
 * neither init nor any program ever gain another; then put on the filter, which init obeys as well. */
void shed_for_good(const char *filter, size_t filter_bytes) {
    for (int capability = 0; prctl(PR_CAPBSET_DROP, capability) == 0; capability++)
        ;
    if (errno != EINVAL) /* the first one that this kernel does not know */
        die("capabilities", "PR_CAPBSET_DROP");
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {0};
    data[CAP_CHECKPOINT_RESTORE / 32].effective = 1u << CAP_CHECKPOINT_RESTORE % 32;
    data[CAP_CHECKPOINT_RESTORE / 32].permitted = 1u << CAP_CHECKPOINT_RESTORE % 32;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) ||
        prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                                     SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                                     SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED) ||
        syscall(SYS_capset, &header, data))
        die("capabilities", "capset");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        die("no_new_privs", "prctl");
    prctl(PR_SET_DUMPABLE, 0);
    struct sock_fprog program = {filter_bytes / sizeof(struct sock_filter), (struct sock_filter *)filter};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        die("seccomp", "prctl");
}
