/* What the parts of the agent share; the theory of operation is in ../__init__.py. */

#ifndef AGENT_H
#define AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* packet.c: what passes between judge and agent, and how the agent ends when it cannot go on. */

enum { PACKET_BYTES = 128 << 10, MOST_DESCRIPTORS = 8 };

struct packet {
    unsigned char bytes[PACKET_BYTES];
    size_t size;
    size_t at; /* of the next field to be taken */
    int descriptors[MOST_DESCRIPTORS];
    int descriptor_count;
};

void packet_receive(struct packet *packet);
int64_t packet_number(struct packet *packet);
const char *packet_string(struct packet *packet, size_t *length);
int packet_descriptor(struct packet *packet);
void packet_done(struct packet *packet);
void answer(const int64_t *numbers, size_t count);
void answer_with(const int64_t *numbers, size_t count, int descriptor);

/* The socket to the judge of this process, keeper or init. */
extern int control;

/* Tell the judge which layer failed and why, and end this process, and with it the box. */
_Noreturn void die(const char *layer, const char *what); /* errno tells why */
_Noreturn void die_because(const char *layer, const char *reason);

/* identity.c: who the processes of a box are. */

struct range {
    int64_t first, count;
};

void die_with(pid_t parent);
void forget_signals(void);
void leave_keyring(void);
void protect_from_oom(void);
void take_ids(struct range users, struct range groups);
void enter_namespaces(void);
void shed_for_good(const char *filter, size_t filter_bytes);

/* tree.c: the files of a box. */

#define CODE "/code"
#define SCRATCH "/tmp"

int open_shelf(const char *path);
bool build_tree(struct packet *plan, int shelf);
void seal_code(void);
int64_t folder_bytes(const char *folder);
void renew_scratch(int64_t bytes, int64_t files);
void cover_paths(struct packet *request);

/* The box's own /proc, whole and writable, for init alone. */
extern int whole_proc;

/* files.c: what is carried into a box and out of it. */

void put_files(struct packet *request, const char *where, const char *layer);
void fetch_file(struct packet *request);
void discard_file(struct packet *request);
void capture_code(struct packet *request);

/* run.c: programs. */

/* How many sockets there are in the box's network, by a file held open; not every kernel has it. */
extern int socket_count;

void prepare_runs(void);
_Noreturn void serve_runs(int cpu_counter, bool samples_memory);

/* usage.c: what the processes of a run use. */

void usage_setup(int cpu_counter, bool samples_memory);
void usage_begin(void);
void usage_look(int64_t memory_limit, pid_t only);
void usage_reaped(pid_t pid, int64_t cpu_ns, int64_t peak_bytes);
void usage_end(void);
bool usage_is_ending(pid_t pid);
int64_t usage_cpu_ns(void);
int64_t usage_memory_bytes(void);

#endif
