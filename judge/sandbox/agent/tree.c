/* The file tree of a box: made once by the judge's plan, with one folder for the submission and one to write
 * to, which is exchanged whenever a run has left a trace in it. */

#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kinds of a plan's steps, as mounts.py numbers them. */
enum { FOLDER, FILE_, LINK, TMPFS, BIND, PROC, PIVOT, LOCK, SHELF, COVER };

int whole_proc = -1;

static int set_attributes(const char *target, uint64_t attributes, int flags) {
    struct mount_attr value = {.attr_set = attributes};
    return syscall(SYS_mount_setattr, AT_FDCWD, target, flags, &value, sizeof value);
}

/* Without times of access: reading a folder would leave a trace that the next run could find. */
static int mount_tmpfs(const char *target, const char *options) {
    return mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOATIME, options);
}

static int write_new(const char *path, const char *content) {
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
    if (file < 0 || write(file, content, strlen(content)) < 0)
        return -1;
    return close(file);
}

/* Mount /proc twice: whole, seen by a descriptor alone, then with the box's processes, as the options say. It
 * is read-only, so that a program may not even change its own standing with the memory killer. */
static int mount_proc(const char *target, const char *options) {
    unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (mount("proc", target, "proc", flags, NULL))
        return -1;
    whole_proc = open(target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (whole_proc < 0 || umount2(target, MNT_DETACH))
        return -1;
    return mount("proc", target, "proc", flags | MS_RDONLY, options);
}

static int pivot(const char *root) {
    if (chdir(root) || syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH))
        return -1;
    return chdir("/");
}

/* Make a mount of a folder that is nowhere yet; -1 where that cannot be, or no path is given. The tree that
 * is built may hide where it lies. */
int open_shelf(const char *path) {
    return *path ? syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC) : -1;
}

/* Show it, if there is one that we may read; whoever may not have it read-only shall not have it. */
static bool mount_shelf(int shelf, const char *target, uint64_t attributes) {
    if (shelf < 0 || syscall(SYS_move_mount, shelf, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH))
        return false;
    if (set_attributes(target, attributes, 0) || mount(NULL, target, NULL, MS_PRIVATE, NULL))
        die("read-only root", target);
    if (!access(target, R_OK | X_OK))
        return true;
    if (umount2(target, MNT_DETACH))
        die("read-only root", target);
    return false;
}

/* Take a file or folder out of sight, by a mount of what is empty anyway. A plan may name what is a part of
 * the host's tree that a box does not have. */
static int cover(const char *path) {
    struct stat found;
    if (stat(path, &found))
        return 0;
    return mount(S_ISDIR(found.st_mode) ? "/run" : "/dev/null", path, NULL, MS_BIND, NULL);
}

static int step(int64_t kind, const char *source, const char *target, int64_t attributes) {
    switch (kind) {
    case FOLDER: /* two steps may ask for the same */
        return mkdir(target, 0755) && errno != EEXIST;
    case FILE_:
        return write_new(target, source);
    case LINK:
        return symlink(source, target);
    case TMPFS:
        return mount_tmpfs(target, source) || (attributes && set_attributes(target, attributes, 0));
    case BIND:
        return mount(source, target, NULL, MS_BIND | MS_REC, NULL) ||
               set_attributes(target, attributes, AT_RECURSIVE);
    case PROC:
        return mount_proc(target, source);
    case PIVOT:
        return pivot(target);
    case LOCK:
        return set_attributes(target, attributes, 0);
    case COVER:
        return cover(target);
    default:
        errno = EINVAL;
        return -1;
    }
}

/* Make the tree and move into it; nothing of the host's is reachable afterwards. The plan is a number of
 * steps, each a layer's name, a kind, a source, a target and mount attributes. shelf: the mount of a folder
 * that a box can do without, or -1; returns whether it has one. */
bool build_tree(struct packet *plan, int shelf) {
    bool has_shelf = false;
    umask(0);
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
        die("mount namespace", "making / private");
    for (int64_t left = packet_number(plan); left > 0; left--) {
        const char *layer = packet_string(plan, NULL);
        int64_t kind = packet_number(plan);
        const char *source = packet_string(plan, NULL);
        const char *target = packet_string(plan, NULL);
        int64_t attributes = packet_number(plan);
        if (kind == SHELF)
            has_shelf = mount_shelf(shelf, target, attributes);
        else if (step(kind, source, target, attributes))
            die(layer, target);
    }
    umask(022);
    close(shelf);
    return has_shelf;
}

/* Make /code read-only, for good: by another mount over the first, which no path reaches any more. The first
 * one would not let itself be made read-only while a file is open for writing, as one can be that was sent
 * into a socket and never taken out, until the kernel's collector comes by. */
void seal_code(void) {
    if (mount(CODE, CODE, NULL, MS_BIND, NULL) ||
        set_attributes(CODE, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, 0))
        die("code folder", "sealing it");
}

/* Take a number of paths out of sight, of which the plan did not know. */
void cover_paths(struct packet *request) {
    for (int64_t left = packet_number(request); left > 0; left--) {
        const char *path = packet_string(request, NULL);
        if (cover(path))
            die("read-only root", path);
    }
    packet_done(request);
}

/* Return the memory that a folder of the box's own takes: contents, and about a kilobyte for each file's own
 * record. */
int64_t folder_bytes(const char *folder) {
    struct statfs space;
    if (statfs(folder, &space))
        die("agent", folder);
    return (space.f_blocks - space.f_bfree) * space.f_bsize + ((space.f_files - space.f_ffree) << 10);
}

/* Have a fresh, empty folder for a run. The last one is detached, since a file that was sent into a socket
 * and never taken out would hold it for a while. */
void renew_scratch(int64_t bytes, int64_t files) {
    static bool there;
    char options[96];
    if (there && umount2(SCRATCH, MNT_DETACH))
        die("private tmpfs", "umount");
    /* One file more for the folder itself. */
    snprintf(options, sizeof options, "size=%" PRId64 ",nr_inodes=%" PRId64 ",mode=700", bytes, files + 1);
    if (mount_tmpfs(SCRATCH, options))
        die("private tmpfs", "mount");
    there = true;
}
