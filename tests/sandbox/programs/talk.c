// One side of a dialogue: does what its arguments say, one after another.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char block[1 << 16], back[1 << 16];

static void say(const char *text) {
    if (write(1, text, strlen(text)) < 0) _exit(90);
}

// Reads a line; leaves with a code where there is none.
static void hear(int code) {
    char c = 0;
    while (c != '\n')
        if (read(0, &c, 1) != 1) _exit(code);
}

static long until_end(void) {
    long got = 0, part;
    while ((part = read(0, back, sizeof back)) > 0) got += part;
    return got;
}

static void write_bytes(long left) {
    while (left > 0) {
        long part = write(1, block, left < (long)sizeof block ? left : (long)sizeof block);
        if (part < 0) _exit(91);
        left -= part;
    }
}

// Sends a block, reads as much, and compares.
static void exchange(int round) {
    for (size_t i = 0; i < sizeof block; i++) block[i] = (char)(i * 7 + round);
    write_bytes(50000);
    for (long got = 0, part; got < 50000; got += part)
        if ((part = read(0, back + got, 50000 - got)) <= 0) _exit(92);
    if (memcmp(block, back, 50000)) _exit(93);
}

static void echo(void) {
    long part;
    while ((part = read(0, back, sizeof back)) > 0)
        if (write(1, back, part) != part) _exit(94);
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i], *value = strchr(word, '=');
        long number = value ? atol(value + 1) : 0;
        if (!strncmp(word, "exit=", 5)) _exit(number);
        else if (!strcmp(word, "say")) say("word\n");
        else if (!strncmp(word, "hear=", 5)) hear(number);
        else if (!strcmp(word, "to-the-end")) until_end();
        else if (!strncmp(word, "count=", 6)) { if (until_end() != number) _exit(95); }
        else if (!strncmp(word, "write=", 6)) write_bytes(number);
        else if (!strcmp(word, "flood")) write_bytes(1L << 50);
        else if (!strcmp(word, "echo")) echo();
        else if (!strncmp(word, "exchange=", 9)) for (int round = 0; round < number; round++) exchange(round);
        else if (!strcmp(word, "close-out")) close(1);
        else if (!strcmp(word, "close-in")) close(0);
        else if (!strcmp(word, "sleep")) pause();
        else if (!strncmp(word, "nap=", 4)) usleep(number * 1000);
        else if (!strcmp(word, "stop")) raise(SIGSTOP);
        else if (!strcmp(word, "crash")) raise(SIGSEGV);
        else if (!strcmp(word, "burn")) for (;;) {}
        else if (!strcmp(word, "heir")) { if (!fork()) { setsid(); for (;;) pause(); } }
        else if (!strcmp(word, "reopen")) { if (open("/dev/stdin", O_RDONLY) < 0 || open("/dev/stdout", O_WRONLY) < 0) _exit(96); }
        else _exit(97);
    }
    return 0;
}
