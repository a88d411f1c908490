// An ordinary program, run before and after each hostile one: tells all that it finds around itself.
#include "attack.h"
#include <dirent.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/xattr.h>

static void list(const char *path) {
    struct dirent **entries;
    int count = scandir(path, &entries, 0, alphasort);
    printf("%s:", path);
    for (int i = 0; i < count; i++)
        if (strcmp(entries[i]->d_name, ".") && strcmp(entries[i]->d_name, "..")) printf(" %s", entries[i]->d_name);
    printf("\n");
}

static void show(const char *path, const char *only) {
    char line[256];
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        for (const char *word = only; *word; word += strlen(word) + 1)
            if (!strncmp(line, word, strlen(word))) fputs(line, stdout);
}

int main(int argc, char **argv, char **environment) {
    struct stat about;
    struct statvfs space;
    struct utsname names;
    cpu_set_t cpus;
    char text[256];

    for (int i = 0; i < 16; i++) {
        struct rlimit limit;
        getrlimit(i, &limit);
        printf("limit %d: %ld %ld\n", i, (long)limit.rlim_cur, (long)limit.rlim_max);
    }
    for (int i = 0; i < 4096; i++)
        if (fcntl(i, F_GETFD) >= 0) printf("descriptor %d\n", i);
    for (int i = 1; i < 65; i++) {
        struct sigaction action = {0};
        if (!sigaction(i, 0, &action) && action.sa_handler != SIG_DFL) printf("signal %d\n", i);
    }
    for (; *environment; environment++) printf("%s\n", *environment);
    show("/proc/self/status", "Uid\0Gid\0Groups\0NSpid\0Sig\0Shd\0Cap\0NoNew\0Seccomp\0Umask\0Spec\0Threads\0THP\0Core\0");
    printf("pid %d %d %d %d\n", getpid(), getppid(), getpgid(0), getsid(0));
    list("/proc");
    list("/tmp");
    list("/code");
    stat("/tmp", &about);
    statvfs("/tmp", &space);
    printf("/tmp %o %d %d %ld %ld %ld\n", about.st_mode, about.st_uid, about.st_gid, (long)listxattr("/tmp", text, sizeof text),
           (long)space.f_bfree, (long)space.f_ffree);
    printf("times %s\n", about.st_mtime == about.st_ctime && about.st_mtime > 1000000000 ? "as made" : "changed");
    stat("/code", &about);
    printf("/code %o %ld\n", about.st_mode, (long)about.st_mtime);
    printf("in %s\n", getcwd(text, sizeof text));
    sched_getaffinity(0, sizeof cpus, &cpus);
    printf("on %d by %d, nice %d\n", CPU_COUNT(&cpus), sched_getscheduler(0), getpriority(PRIO_PROCESS, 0));
    printf("slack %d, dumpable %d\n", prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0), prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
    uname(&names);
    printf("at %s %s\n", names.nodename, names.domainname);

    // And works: memory, a child, a file, a little time.
    char *block = malloc(30 * MIB);
    memset(block, 1, 30 * MIB);
    int child = fork(), status = 1;
    if (!child) _exit(0);
    waitpid(child, &status, 0);
    int file = open("/tmp/work", O_CREAT | O_EXCL | O_RDWR, 0600);
    printf("worked %d %ld\n", status, (long)write(file, block, MIB));
    burn(0.01);
    long one, two;
    printf("sum %ld\n", scanf("%ld %ld", &one, &two) == 2 ? one + two : -1);
    return 0;
}
