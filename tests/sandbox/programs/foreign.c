// Makes a system call by the convention named: i386 or x32.
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv) {
    long result = 20;
    if (argv[1][0] == 'i')
        __asm__ volatile("int $0x80" : "+a"(result));
    else
        result = syscall(0x40000000 | SYS_getpid);
    return 0;
}
