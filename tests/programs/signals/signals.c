// Signals: withstood, sent to everyone, sent to the agent, or kept in heaps.
#include "attack.h"

static void nothing(int signal) {}

static void withstand(void) {
    for (int i = 1; i < 65; i++) signal(i, i % 2 ? SIG_IGN : nothing);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, 0);
    burn(0.8);
    told("withstand", 0);
}

// The kernel's own limit on CPU time warns first; who does not listen must end all the same.
static void deaf_to_xcpu(void) {
    signal(SIGXCPU, SIG_IGN);
    burn(0.8);
    told("deaf", 0);
}
static void raise_cpu(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_CPU, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_CPU, &limit);
    limit.rlim_cur = limit.rlim_max = RLIM_INFINITY;
    TRY("raise", setrlimit(RLIMIT_CPU, &limit));
    burn(0.8);
    told("burn", 0);
}

static void kill_all(void) {
    only_in_a_box();
    if (!fork()) sleep_for(2);
    kill(-1, SIGKILL);
    int status;
    wait(&status);
    dprintf(1, "%d and on\n", WTERMSIG(status));
}

// Every signal by every call to pid 1, which is the agent, and to whoever is our parent.
static void agent(void) {
    only_in_a_box();
    siginfo_t info = {.si_code = SI_QUEUE};
    for (int i = 1; i < 65; i++) {
        kill(1, i);
        kill(getppid(), i);
        syscall(SYS_tkill, 1, i);
        syscall(SYS_tgkill, 1, 1, i);
        info.si_signo = i;
        syscall(SYS_rt_sigqueueinfo, 1, i, &info);
        syscall(SYS_rt_tgsigqueueinfo, 1, 1, i, &info);
    }
    told("agent", 0);
}

static void queue_at_agent(void) {
    only_in_a_box();
    for (int i = 0; i < 100000; i++) sigqueue(1, SIGRTMIN + i % 30, (union sigval){i});
    told("queue", 0);
}

static void stop_agent(void) {
    only_in_a_box();
    kill(1, SIGSTOP);
    kill(-1, SIGSTOP);
    burn(0.8);
    told("stop", 0);
}

// Records of signals that nobody takes: the kernel keeps each.
static void heap(void) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, 0);
    long count = 0;
    while (count < 20000 && !sigqueue(getpid(), SIGRTMIN, (union sigval){0})) count++;
    told(count == 20000 ? "20000" : "fewer", count == 20000 ? 0 : -1);
}

static void again(int signal) {
    if (now(CLOCK_PROCESS_CPUTIME_ID) > 0.8) _exit(dprintf(1, "crashed\n") < 0);
}
static void crash_for_ever(void) {
    struct sigaction action = {.sa_handler = again, .sa_flags = SA_NODEFER};
    sigaction(SIGSEGV, &action, 0);
    *(volatile int *)8 = 1;
}

// An alarm that was set before exec rings after it.
static void alarm_across_exec(void) {
    setitimer(ITIMER_REAL, &(struct itimerval){{0}, {0, 50000}}, 0);
    execl("/bin/sleep", "sleep", "2", (char *)0);
}

static void abort_(void) {
    int status;
    if (!fork()) abort();
    wait(&status);
    dprintf(1, "%s\n", WCOREDUMP(status) ? "a core" : "no core");
}

// A terminal's signals reach a whole group; so join the agent's.
static void group(void) {
    TRY("setpgid", setpgid(0, 1));
    TRY("setpgid of the agent", setpgid(1, getpid()));
    TRY("killpg", kill(-getpgid(1), 0));
}

ATTACKS({"withstand", withstand}, {"deaf-to-xcpu", deaf_to_xcpu}, {"raise-cpu", raise_cpu},
        {"kill-all", kill_all}, {"agent", agent}, {"queue-at-agent", queue_at_agent}, {"stop-agent", stop_agent},
        {"heap", heap}, {"crash-for-ever", crash_for_ever}, {"alarm-across-exec", alarm_across_exec},
        {"abort", abort_}, {"group", group})
