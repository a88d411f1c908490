// Sends its standard output into a pair of sockets which it sends into itself, so that only the kernel's collector
// of such rings can close it; or, given FILE and MEGABYTES, a new file of that size.
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void send_descriptor(int to, int what) {
    char control[CMSG_SPACE(sizeof(int))] = {0}, byte = 0;
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &what, sizeof what);
    sendmsg(to, &message, 0);
}

int main(int argc, char **argv) {
    static char block[1 << 20];
    int pair[2], held = 1;
    if (argc > 1) {
        held = open(argv[1], O_CREAT | O_RDWR, 0600);
        for (int left = atoi(argv[2]); left > 0; left--)
            if (write(held, block, sizeof block) != sizeof block) return 2;
    }
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) return 1;
    send_descriptor(pair[0], held);
    send_descriptor(pair[0], pair[0]);
    send_descriptor(pair[0], pair[1]);
    write(1, "sent\n", 5);
    return 0;
}
