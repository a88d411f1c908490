// Files: planted where others will write, without measure, or where nothing may be written.
#include "attack.h"
#include <sys/statfs.h>
#include <sys/xattr.h>

// Everywhere but in /tmp and, until it is sealed, /code.
static void write_everywhere(void) {
    static const char *const places[] = {"/", "/usr", "/usr/bin", "/usr/lib", "/etc", "/dev", "/proc", "/var", "/run",
                                         "/bin", "/proc/self", "/proc/sys", 0};
    for (int i = 0; places[i]; i++) {
        char name[64];
        sprintf(name, "%s/planted", places[i]);
        if (open(name, O_CREAT | O_WRONLY, 0600) >= 0 || mkdir(name, 0700) == 0 || !symlink("/etc", name))
            dprintf(1, "%s\n", name);
    }
    told("all", 0);
}

// Nothing here would do harm where it succeeds.
static void change_usr(void) {
    TRY("write", open("/usr/bin/env", O_WRONLY | O_APPEND));
    TRY("chmod", chmod("/usr/bin/env", 0755));
    TRY("create", open("/usr/bin/planted-by-a-test", O_CREAT | O_WRONLY, 0600));
    TRY("unlink", unlink("/usr/bin/planted-by-a-test"));
    TRY("utimes", utimes("/usr/bin/env", 0));
    TRY("setxattr", setxattr("/usr/bin/env", "user.planted", "", 0, 0));
}

static void change_code(void) {
    TRY("write", open("/code/ordinary", O_WRONLY));
    TRY("unlink", unlink("/code/ordinary"));
    TRY("rename", rename("/code/ordinary", "/code/files"));
    TRY("chmod", chmod("/code/ordinary", 0));
    TRY("chmod of the folder", chmod("/code", 0777));
    TRY("create", open("/code/new", O_CREAT | O_WRONLY, 0600));
    TRY("unnamed", open("/code", O_TMPFILE | O_WRONLY, 0600));
    TRY("link", link("/code/ordinary", "/code/other"));
    TRY("setxattr", setxattr("/code/ordinary", "user.a", "b", 1, 0));
    TRY("utimes", utimes("/code/ordinary", 0));
    TRY("memory map", mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, open("/code/ordinary", O_RDONLY), 0));
}

static void links_to_usr(void) {
    TRY("link of env", link("/usr/bin/env", "/tmp/env"));
    TRY("link of su", link("/usr/bin/su", "/tmp/su"));
    TRY("link of exe", linkat(AT_FDCWD, "/proc/self/exe", AT_FDCWD, "/tmp/self", AT_SYMLINK_FOLLOW));
    TRY("link of input", linkat(AT_FDCWD, "/proc/self/fd/0", AT_FDCWD, "/tmp/in", AT_SYMLINK_FOLLOW));
}

// By every way of speaking, a path that leads out of the tree.
static void out_of_the_tree(void) {
    static const char *const paths[] = {"/../../../etc/shadow", "/proc/self/root/etc/shadow", "/proc/self/cwd/../etc/shadow",
                                        "/usr/../etc/shadow", "/tmp/../etc/shadow", "/dev/fd/../../../etc/shadow",
                                        "/proc/self/task/../../../etc/shadow", "/code/../etc/shadow", 0};
    for (int i = 0; paths[i]; i++) TRY(paths[i], open(paths[i], O_RDONLY));
    for (int i = 0; i < 1000; i++) chdir("..");
    TRY("up", open("etc/shadow", O_RDONLY));
    int folder = open("/tmp", O_PATH);
    TRY("from a folder", openat(folder, "../../../../../etc/shadow", O_RDONLY));
}

static void loops(void) {
    symlink("loop", "/tmp/loop");
    symlink("/tmp/b", "/tmp/a");
    symlink("/tmp/a", "/tmp/b");
    TRY("loop", open("/tmp/loop", O_RDONLY));
    TRY("a and b", open("/tmp/a", O_RDONLY));
}

static void fill(void) {
    static char block[MIB];
    int made = open("/tmp/full", O_CREAT | O_WRONLY, 0600);
    long done = 0, part;
    signal(SIGXFSZ, SIG_IGN);
    while (done < 300 * MIB && (part = write(made, block, sizeof block)) > 0) done += part;
    told(done >= 300 * MIB ? "300 MiB" : "less", done >= 300 * MIB ? 0 : -1);
}

static void fill_by_many(void) {
    static char block[MIB];
    for (int i = 0; i < 300; i++) {
        char name[32];
        sprintf(name, "/tmp/%d", i);
        int made = open(name, O_CREAT | O_WRONLY, 0600);
        if (write(made, block, sizeof block) != sizeof block) exit(told("less", -1) == 0);
        close(made);
    }
    told("300 MiB", 0);
}

static void count(void) {
    for (int i = 0; i < 2000; i++) {
        char name[32];
        sprintf(name, "/tmp/%d", i);
        int made = open(name, O_CREAT | O_WRONLY, 0600);
        if (made < 0) exit(told("fewer", -1) == 0);
        close(made);
    }
    told("2000", 0);
}

static void links_count(void) {
    close(open("/tmp/one", O_CREAT | O_WRONLY, 0600));
    for (int i = 0; i < 2000; i++) {
        char name[32];
        sprintf(name, "/tmp/%d", i);
        if (link("/tmp/one", name)) exit(told("fewer", -1) == 0);
    }
    told("2000", 0);
}

static void long_file(void) {
    int made = open(given[0], O_CREAT | O_RDWR, 0600);
    if (made < 0) exit(told("open", -1) == 0);
    lseek(made, 1L << 40, SEEK_SET);
    write(made, "x", 1);
    told("at 1 TiB", 0);
}

static void allocate(void) {
    int made = open("/tmp/wide", O_CREAT | O_RDWR, 0600);
    signal(SIGXFSZ, SIG_IGN);
    TRY("fallocate", posix_fallocate(made, 0, 1L << 40) ? (errno = EFBIG, -1) : 0);
}

// A folder in a folder in a folder: whoever removes it by walking needs as deep a stack.
static void deep(void) {
    int made = 0;
    while (made < 3000 && !mkdir("d", 0700) && !chdir("d")) made++;
    told(made == 3000 ? "3000" : "fewer", made == 3000 ? 0 : -1);
}

static void nowhere(void) {
    mkdir("/tmp/here", 0700);
    chdir("/tmp/here");
    rmdir("/tmp/here");
    chmod("/tmp", 0);
    TRY("rmdir", rmdir("/tmp"));
    TRY("rename", rename("/tmp", "/tmp2"));
}

// What the judge, or the next program, may open by its name.
static void plant(void) {
    static const char *const names[] = {"out", "stdout", "output.txt", "a.out", "core", "main", "input", 0};
    for (int i = 0; names[i]; i++) {
        char name[64];
        sprintf(name, "%s/%s", given[0], names[i]);
        unlink(name);
        symlink(given[1], name);
    }
    told("planted", 0);
}

// What is fetched after the run, in the folder that the run may keep.
static void leave(void) {
    symlink("/etc", "/tmp/folder");
    symlink("/etc/passwd", "/tmp/link");
    mkfifo("/tmp/fifo", 0700);
    told("left", 0);
}

static void over_the_artefact(void) {
    unlink("/code/ordinary2");
    symlink("/usr/bin/env", "/code/ordinary2");
    symlink("/tmp", "/code/folder");
    mkfifo("/code/fifo", 0700);
    told("planted", 0);
}

// A writable file of the unsealed folder, kept in a message of a ring of sockets until after the seal.
static void kept(void) {
    int made = open("/code/mine", O_CREAT | O_RDWR, 0600), pair[2];
    write(made, "before\n", 7);
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    send_descriptors(pair[0], made, 1);
    send_descriptors(pair[0], pair[0], 1);
    send_descriptors(pair[0], pair[1], 1);
    told("kept", 0);
}

static void show(void) {
    char text[64];
    int file = open(given[0], O_RDONLY | O_NONBLOCK);
    if (file < 0) told(given[0], -1);
    else write(1, text, read(file, text, sizeof text));
}

ATTACKS({"write-everywhere", write_everywhere}, {"change-usr", change_usr}, {"change-code", change_code},
        {"links-to-usr", links_to_usr}, {"out-of-the-tree", out_of_the_tree}, {"loops", loops}, {"fill", fill},
        {"fill-by-many", fill_by_many}, {"count", count}, {"links-count", links_count}, {"long-file", long_file},
        {"allocate", allocate}, {"deep", deep}, {"nowhere", nowhere}, {"plant", plant}, {"leave", leave},
        {"over-the-artefact", over_the_artefact}, {"kept", kept}, {"show", show})
