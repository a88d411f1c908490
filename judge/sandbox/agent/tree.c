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
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kinds of a plan's steps, as mounts.py numbers them. */
enum { FOLDER, FILE_, LINK, TMPFS, BIND, PROC, PIVOT, LOCK };

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
    default:
        errno = EINVAL;
        return -1;
    }
}

/* Make the tree and move into it; nothing of the host's is reachable afterwards. The plan is a number of
 * steps, each a layer's name, a kind, a source, a target and mount attributes. */
void build_tree(struct packet *plan) {
    umask(0);
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
        die("mount namespace", "making / private");
    for (int64_t left = packet_number(plan); left > 0; left--) {
        const char *layer = packet_string(plan, NULL);
        int64_t kind = packet_number(plan);
        const char *source = packet_string(plan, NULL);
        const char *target = packet_string(plan, NULL);
        int64_t attributes = packet_number(plan);
        if (step(kind, source, target, attributes))
            die(layer, target);
    }
    umask(022);
}

/* Make /code read-only, for good: by another mount over the first, which no path reaches any more. The first
 * one would not let itself be made read-only while a file is open for writing, as one can be that was sent
 * into a socket and never taken out, until the kernel's collector comes by. */
void seal_code(void) {
    if (mount(CODE, CODE, NULL, MS_BIND, NULL) ||
        set_attributes(CODE, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, 0))
        die("code folder", "sealing it");
}

/* Take files and folders out of sight, a number of paths: by a mount of what is empty anyway. */
void cover_paths(struct packet *request) {
    for (int64_t left = packet_number(request); left > 0; left--) {
        const char *path = packet_string(request, NULL);
        struct stat found;
        if (stat(path, &found)) /* a part of the host's tree that a box does not have */
            continue;
        if (mount(S_ISDIR(found.st_mode) ? "/run" : "/dev/null", path, NULL, MS_BIND, NULL))
            die("read-only root", path);
    }
    packet_done(request);
}

/* Return the memory that /code takes: contents, and about a kilobyte for each file's own record. */
int64_t code_bytes(void) {
    struct statfs space;
    if (statfs(CODE, &space))
        die("code folder", "statfs");
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

/* Open a folder in another, made if need be, and close the outer one. No link is followed. */
static int enter(int outer, const char *name) {
    if (mkdirat(outer, name, 0755) && errno != EEXIST)
        die("code folder", name);
    int inner = openat(outer, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner < 0)
        die("code folder", name);
    close(outer);
    return inner;
}

static void put_file(const char *name, int64_t size, int contents) {
    char part[256];
    int folder = open(CODE, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        die("code folder", CODE);
    for (;;) {
        size_t length = strcspn(name, "/");
        if (!length || length >= sizeof part)
            die_because("code folder", "a file's name has an empty or too long part");
        memcpy(part, name, length);
        part[length] = 0;
        if (!strcmp(part, ".") || !strcmp(part, ".."))
            die_because("code folder", "a file's name leads elsewhere");
        if (!name[length])
            break;
        folder = enter(folder, part);
        name += length + 1;
    }
    /* A name that a program has taken in the meantime is unlinked, never written through. */
    if (unlinkat(folder, part, 0) && errno != ENOENT)
        die("code folder", part);
    /* Executable too: scripts are run by name, and compilers care for neither. */
    int file = openat(folder, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0755);
    if (file < 0)
        die("code folder", part);
    while (size > 0) {
        ssize_t moved = sendfile(file, contents, NULL, size);
        if (moved <= 0)
            die("code folder", part);
        size -= moved;
    }
    close(file);
    close(folder);
}

/* Write files below /code: a number of names and sizes, whose contents lie one after another in the
 * descriptor. */
void put_files(struct packet *request) {
    int contents = packet_descriptor(request);
    for (int64_t left = packet_number(request); left > 0; left--) {
        const char *name = packet_string(request, NULL);
        put_file(name, packet_number(request), contents);
    }
    packet_done(request);
    close(contents);
}
