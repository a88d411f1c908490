// Executes what is no program, or too much of it.
#include "attack.h"
#include <elf.h>

static void run(const char *name, const char *path) {
    int child = fork(), status;
    if (!child) {
        execl(path, path, (char *)0);
        told(name, -1);
        _exit(0);
    }
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) dprintf(1, "%s: killed by %d\n", name, WTERMSIG(status));
}

static const char *made(const char *path, const void *content, long size) {
    int file = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0755);
    write(file, content, size);
    close(file);
    return path;
}

static void odd_files(void) {
    mkfifo("/tmp/fifo", 0755);
    run("folder", "/tmp");
    run("fifo", "/tmp/fifo");
    run("device", "/dev/null");
    run("input", "/proc/self/fd/0");
    run("empty", made("/tmp/empty", "", 0));
    symlink("/tmp/self", "/tmp/self");
    run("loop", "/tmp/self");
}

static void scripts(void) {
    run("itself", made("/tmp/script", "#!/tmp/script\n", 14));
    run("nothing", made("/tmp/nothing", "#!\n", 3));
    run("missing", made("/tmp/missing", "#!/no/such\n", 11));
    char text[64];
    for (int i = 0; i < 9; i++) {
        char name[32];
        sprintf(name, "/tmp/chain%d", i);
        sprintf(text, "#!/tmp/chain%d\n", i + 1);
        made(name, text, strlen(text));
    }
    run("chain", "/tmp/chain0");
}

static void broken(void) {
    Elf64_Ehdr head = {.e_ident = {0x7f, 'E', 'L', 'F', 2, 1, 1}, .e_type = ET_EXEC, .e_machine = EM_X86_64, .e_version = 1,
                       .e_phoff = sizeof head, .e_ehsize = sizeof head, .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 1};
    struct {
        Elf64_Ehdr head;
        Elf64_Phdr part;
    } file = {head, {PT_LOAD, PF_R | PF_X, 0, 0x400000, 0, 4096, 1UL << 46, 4096}};
    run("cut", made("/tmp/cut", &head, 20));
    run("no parts", made("/tmp/parts", &head, sizeof head));
    run("endless", made("/tmp/endless", &file, sizeof file));
    file.part = (Elf64_Phdr){PT_INTERP, 4, 1 << 20, 0, 0, 20, 20, 1};
    run("no interpreter", made("/tmp/interpreter", &file, sizeof file));
    file.part = (Elf64_Phdr){PT_LOAD, 5, 0, 0xffff800000000000, 0, 4096, 4096, 4096};
    run("in the kernel", made("/tmp/kernel", &file, sizeof file));
    file.part = (Elf64_Phdr){PT_LOAD, 5, 0, 0, 0, 4096, 4096, 4096};
    run("at zero", made("/tmp/zero", &file, sizeof file));
}

// Hundreds of megabytes of arguments; they would be the stack of the next program.
static void arguments(void) {
    static char *words[3000];
    char *word = malloc(130000);
    memset(word, 'x', 130000 - 1);
    word[130000 - 1] = 0;
    for (int i = 0; i < 2999; i++) words[i] = word;
    words[0] = "true";
    TRY("arguments", execv("/usr/bin/true", words));
}

static void for_ever(void) {
    if (now(CLOCK_PROCESS_CPUTIME_ID) > 0.6) { // which counts on from one program to the next
        dprintf(1, "long enough\n");
        return;
    }
    execl("/proc/self/exe", "exec", "for-ever", (char *)0);
}

// A program that has never been a file.
static void unnamed(void) {
    int copy = syscall(SYS_memfd_create, "program", 0);
    if (copy < 0) {
        told("memfd", -1);
        return;
    }
    static char block[4 << 20];
    write(copy, block, read(open("/proc/self/exe", O_RDONLY), block, sizeof block));
    static char *const words[] = {"exec", "hello", 0}, *const none[] = {0};
    syscall(SYS_execveat, copy, "", words, none, AT_EMPTY_PATH);
    told("execveat", -1);
}
static void hello(void) { dprintf(1, "hello\n"); }

// Changed while it runs: the text of a program that others run.
static void over_itself(void) {
    TRY("write", open("/proc/self/exe", O_WRONLY));
    TRY("code", open("/code/exec", O_WRONLY));
}

static void plant(void) {
    mkfifo("/code/fifo", 0755);
    mkdir("/code/folder", 0755);
    made("/code/script", "#!/code/script\n", 15);
    made("/code/empty", "", 0);
    made("/code/cut", "\177ELF\2\1\1", 7);
    symlink("/code/loop", "/code/loop");
    chmod(made("/code/closed", "#!/bin/sh\n", 10), 0);
    told("planted", 0);
}

static void preload(void) {
    made("/tmp/evil.so", "no library", 10);
    setenv("LD_PRELOAD", "/tmp/evil.so", 1);
    setenv("LD_LIBRARY_PATH", "/tmp", 1);
    execl("/usr/bin/true", "true", (char *)0);
}

ATTACKS({"odd-files", odd_files}, {"scripts", scripts}, {"broken", broken}, {"arguments", arguments},
        {"for-ever", for_ever}, {"unnamed", unnamed}, {"hello", hello}, {"over-itself", over_itself},
        {"plant", plant}, {"preload", preload})
