/* Packets between judge and agent: rows of numbers and strings, with descriptors beside them.
 *
 * A number is eight bytes, in the machine's order and signed. A string is its length as a number, that many
 * bytes, and a NUL that the length does not count, so that it can be used where it lies. An answer is a row
 * of numbers of which the first is 0; when it is 1, two strings follow: the layer that failed, and the
 * reason.
 */

#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_OK = 0, ANSWER_FAILED = 1, MOST_NUMBERS = 16 };

int control = -1;

/* Wait for the next packet; the judge's end, or its closing of the socket, is the end of this process. */
void packet_receive(struct packet *packet) {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int) * MOST_DESCRIPTORS)];
    } rights;
    struct iovec body = {packet->bytes, sizeof packet->bytes};
    struct msghdr message = {
        .msg_iov = &body, .msg_iovlen = 1, .msg_control = &rights, .msg_controllen = sizeof rights};
    ssize_t size;
    while ((size = recvmsg(control, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
        ;
    if (size <= 0)
        _exit(1);
    if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
        die_because("agent", "a packet was cut short");
    packet->size = size;
    packet->at = 0;
    packet->descriptor_count = 0;
    for (struct cmsghdr *one = CMSG_FIRSTHDR(&message); one; one = CMSG_NXTHDR(&message, one)) {
        if (one->cmsg_level != SOL_SOCKET || one->cmsg_type != SCM_RIGHTS)
            continue;
        packet->descriptor_count = (one->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(packet->descriptors, CMSG_DATA(one), sizeof(int) * packet->descriptor_count);
    }
}

int64_t packet_number(struct packet *packet) {
    int64_t number;
    if (packet->size - packet->at < sizeof number)
        die_because("agent", "a packet ends before its number");
    memcpy(&number, packet->bytes + packet->at, sizeof number);
    packet->at += sizeof number;
    return number;
}

/* Return a string, which lies in the packet and is good until the next one comes. length may be NULL. */
const char *packet_string(struct packet *packet, size_t *length) {
    int64_t size = packet_number(packet);
    if (size < 0 || (uint64_t)size >= packet->size - packet->at || packet->bytes[packet->at + size])
        die_because("agent", "a packet ends before its string");
    const char *string = (const char *)packet->bytes + packet->at;
    packet->at += size + 1;
    if (length)
        *length = size;
    else if (strlen(string) != (size_t)size)
        die_because("agent", "a string of a packet has a NUL");
    return string;
}

/* Return the next descriptor, which is close-on-exec and the caller's. */
int packet_descriptor(struct packet *packet) {
    if (!packet->descriptor_count)
        die_because("agent", "a packet has too few descriptors");
    int first = packet->descriptors[0];
    packet->descriptor_count--;
    memmove(packet->descriptors, packet->descriptors + 1, sizeof(int) * packet->descriptor_count);
    return first;
}

/* Whoever has taken all that there should be calls this: what is left over is a misunderstanding. */
void packet_done(struct packet *packet) {
    if (packet->at != packet->size || packet->descriptor_count)
        die_because("agent", "a packet holds more than was expected");
}

static void send_packet(const void *bytes, size_t size, int descriptor) {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } rights;
    struct iovec body = {(void *)bytes, size};
    struct msghdr message = {.msg_iov = &body, .msg_iovlen = 1};
    if (descriptor >= 0) {
        message.msg_control = &rights;
        message.msg_controllen = sizeof rights;
        struct cmsghdr *one = CMSG_FIRSTHDR(&message);
        one->cmsg_level = SOL_SOCKET;
        one->cmsg_type = SCM_RIGHTS;
        one->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(one), &descriptor, sizeof(int));
    }
    if (sendmsg(control, &message, MSG_NOSIGNAL) < 0)
        _exit(1); /* the judge is gone */
}

/* Send the answer that all is well, with up to MOST_NUMBERS - 1 numbers, and a descriptor if it is not -1. */
void answer_with(const int64_t *numbers, size_t count, int descriptor) {
    int64_t row[MOST_NUMBERS] = {ANSWER_OK};
    for (size_t i = 0; i < count; i++)
        row[i + 1] = numbers[i];
    send_packet(row, (count + 1) * sizeof *row, descriptor);
}

void answer(const int64_t *numbers, size_t count) {
    answer_with(numbers, count, -1);
}

static size_t put_string(unsigned char *at, const char *string) {
    int64_t length = strlen(string);
    memcpy(at, &length, sizeof length);
    memcpy(at + sizeof length, string, length + 1);
    return sizeof length + length + 1;
}

_Noreturn void die_because(const char *layer, const char *reason) {
    unsigned char bytes[1024];
    int64_t kind = ANSWER_FAILED;
    memcpy(bytes, &kind, sizeof kind);
    size_t size = sizeof kind;
    size += put_string(bytes + size, layer);
    size += put_string(bytes + size, reason);
    send_packet(bytes, size, -1);
    _exit(1);
}

_Noreturn void die(const char *layer, const char *what) {
    char reason[512];
    snprintf(reason, sizeof reason, "%s: %s", what, strerror(errno));
    die_because(layer, reason);
}
