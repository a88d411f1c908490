/* What the keeper carries into a box and out of it, while no program of the box is alive. The names may come
 * from programs all the same, and so may whatever stands in the way: no link is followed, and nothing is
 * opened that is not what it should be. */

#define _GNU_SOURCE
#include "agent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NAME_BYTES = 256, PATH_BYTES = 4096, MOST_DEPTH = 64, MOST_LISTING_BYTES = 4 << 20 };

/* Open what a name leads to without leaving the folder, its file system or the way of plain names. */
static int open_below(int folder, const char *name, uint64_t flags) {
    struct open_how how = {.flags = flags | O_CLOEXEC | O_NOFOLLOW,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS |
                                      RESOLVE_NO_XDEV};
    return syscall(SYS_openat2, folder, name, &how, sizeof how);
}

static int open_folder(const char *path) {
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        die("agent", path);
    return folder;
}

/* Open a regular file for reading and return it, or -1 if that is not what the name leads to; a FIFO does not
 * hold us up. */
static int open_file(int folder, const char *name, struct stat *found) {
    int file = open_below(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (file < 0)
        return -1;
    if (!fstat(file, found) && S_ISREG(found->st_mode))
        return file;
    close(file);
    return -1;
}

/* Open a folder in another, made if need be, and close the outer one. No link is followed. */
static int enter(int outer, const char *name, const char *layer) {
    if (mkdirat(outer, name, 0755) && errno != EEXIST)
        die(layer, name);
    int inner = openat(outer, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner < 0)
        die(layer, name);
    close(outer);
    return inner;
}

static bool copy(int to, int from, off_t at, int64_t size) {
    while (size > 0) {
        ssize_t moved = sendfile(to, from, &at, size);
        if (moved <= 0)
            return false;
        size -= moved;
    }
    return true;
}

static void write_file_in(int folder, const char *name, const char *layer, int contents, off_t at,
                          int64_t size) {
    /* A name that a program has taken in the meantime is unlinked, never written through. */
    if (unlinkat(folder, name, 0) && errno != ENOENT)
        die(layer, name);
    /* Executable too: scripts are run by name, and compilers care for neither. */
    int file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0755);
    if (file < 0 || !copy(file, contents, at, size))
        die(layer, name);
    close(file);
}

/* Make a file, or where the name ends in a slash a folder, with the folders on the way. */
static void put_file(const char *where, const char *layer, const char *name, int contents, off_t at,
                     int64_t size) {
    char part[NAME_BYTES];
    int folder = open_folder(where);
    for (;;) {
        size_t length = strcspn(name, "/");
        if (!length || length >= sizeof part)
            die_because(layer, "a file's name has an empty or too long part");
        memcpy(part, name, length);
        part[length] = 0;
        if (!strcmp(part, ".") || !strcmp(part, ".."))
            die_because(layer, "a file's name leads elsewhere");
        if (!name[length]) {
            write_file_in(folder, part, layer, contents, at, size);
            break;
        }
        folder = enter(folder, part, layer);
        name += length + 1;
        if (!*name)
            break;
    }
    close(folder);
}

/* Put files below a folder: a number of them, each its name, its source by the number of a descriptor, and
 * from where and how much of it. */
void put_files(struct packet *request, const char *where, const char *layer) {
    int sources[MOST_DESCRIPTORS], source_count = 0;
    while (request->descriptor_count)
        sources[source_count++] = packet_descriptor(request);
    for (int64_t left = packet_number(request); left > 0; left--) {
        const char *name = packet_string(request, NULL);
        int64_t source = packet_number(request);
        int64_t at = packet_number(request);
        int64_t size = packet_number(request);
        if (source < 0 || source >= source_count)
            die_because("agent", "a packet has too few descriptors");
        put_file(where, layer, name, sources[source], at, size);
    }
    packet_done(request);
    while (source_count)
        close(sources[--source_count]);
}

/* Answer with a regular file of /tmp, opened for reading, and its size; or with no descriptor if the name
 * leads to none. */
void fetch_file(struct packet *request) {
    struct stat found = {0};
    int folder = open_folder(SCRATCH);
    int file = open_file(folder, packet_string(request, NULL), &found);
    packet_done(request);
    int64_t size = found.st_size;
    answer_with(&size, 1, file);
    close(file);
    close(folder);
}

/* Take whatever has a name in /tmp away, but for a folder, and answer whether there was something. */
void discard_file(struct packet *request) {
    char above[PATH_BYTES] = ".";
    const char *name = packet_string(request, NULL);
    const char *slash = strrchr(name, '/');
    packet_done(request);
    if (slash)
        snprintf(above, sizeof above, "%.*s", (int)(slash - name), name);
    int top = open_folder(SCRATCH);
    int folder = strlen(name) < sizeof above ? open_below(top, above, O_PATH | O_DIRECTORY) : -1;
    int64_t done = folder >= 0 && !unlinkat(folder, slash ? slash + 1 : name, 0);
    answer(&done, 1);
    close(folder);
    close(top);
}

/* A folder on its way out: contents one after another in a file, and names and sizes in a list. */
static struct capture {
    int contents;
    int64_t bytes_left, files_left;
    char path[PATH_BYTES];
    unsigned char *listing;
    size_t listing_bytes;
} capture;

static bool list(int64_t size) {
    int64_t length = strlen(capture.path);
    size_t wanted = capture.listing_bytes + sizeof length + length + sizeof size;
    if (wanted > MOST_LISTING_BYTES || --capture.files_left < 0)
        return false;
    unsigned char *at = capture.listing + capture.listing_bytes;
    memcpy(at, &length, sizeof length);
    memcpy(at + sizeof length, capture.path, length);
    memcpy(at + sizeof length + length, &size, sizeof size);
    capture.listing_bytes = wanted;
    return true;
}

static bool capture_file(int folder, const char *name) {
    struct stat found;
    int file = open_file(folder, name, &found);
    if (file < 0)
        return false;
    capture.bytes_left -= found.st_size;
    bool done =
        capture.bytes_left >= 0 && list(found.st_size) && copy(capture.contents, file, 0, found.st_size);
    close(file);
    return done;
}

static bool capture_folder(int folder, size_t length, int depth);

static bool capture_entry(int folder, const struct dirent *entry, size_t length, int depth) {
    size_t name_length = strlen(entry->d_name);
    if (length + name_length + 2 > PATH_BYTES)
        return false;
    memcpy(capture.path + length, entry->d_name, name_length + 1);
    if (entry->d_type != DT_DIR)
        return entry->d_type == DT_REG && capture_file(folder, entry->d_name);
    int inner = open_below(folder, entry->d_name, O_RDONLY | O_DIRECTORY);
    if (inner < 0)
        return false;
    memcpy(capture.path + length + name_length, "/", 2);
    return list(0) && capture_folder(inner, length + name_length + 1, depth + 1);
}

/* Take in all that is in a folder, which is closed; false if it cannot be told by names and contents, or is
 * more than was asked for. */
static bool capture_folder(int folder, size_t length, int depth) {
    DIR *entries = depth > MOST_DEPTH ? NULL : fdopendir(folder);
    if (!entries) {
        close(folder);
        return false;
    }
    bool whole = true;
    for (struct dirent *entry; whole && (entry = readdir(entries));)
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            whole = capture_entry(folder, entry, length, depth);
    closedir(entries);
    return whole;
}

/* Answer with all that is in /code: a file of the contents and, after so many bytes, the list. Or with no
 * descriptor if there is more of it than asked for, or something other than folders and regular files. */
void capture_code(struct packet *request) {
    capture.bytes_left = packet_number(request);
    capture.files_left = packet_number(request);
    packet_done(request);
    int64_t asked = capture.bytes_left;
    capture.listing_bytes = 0;
    capture.listing = malloc(MOST_LISTING_BYTES);
    capture.contents = memfd_create("capture", MFD_CLOEXEC);
    if (capture.contents < 0 || !capture.listing)
        die("agent", "room for what is captured");
    bool whole = capture_folder(open_folder(CODE), 0, 0);
    int64_t contents_bytes = asked - capture.bytes_left;
    if (whole && pwrite(capture.contents, capture.listing, capture.listing_bytes, contents_bytes) !=
                     (ssize_t)capture.listing_bytes)
        die("agent", "listing what is captured");
    answer_with(&contents_bytes, 1, whole ? capture.contents : -1);
    close(capture.contents);
    free(capture.listing);
}
