"""The system calls that a program in a box is refused, each with the reason why."""

import errno
from typing import NamedTuple

EPERM, ENOSYS, EAFNOSUPPORT = errno.EPERM, errno.ENOSYS, errno.EAFNOSUPPORT
EINVAL, ENOMEM, ENOLCK, ENOTSUP = errno.EINVAL, errno.ENOMEM, errno.ENOLCK, errno.ENOTSUP
DONE = 0
"""An answer as well: the call does nothing and says that it has."""

LAST_KNOWN = 462
"""mseal. What later kernels add has not been judged, and is answered as a kernel without it would."""

CLONE_VM, CLONE_VFORK, CLONE_THREAD = 0x100, 0x4000, 0x10000
NEW_NAMESPACES = 0x7E02_0000
"""The CLONE_NEW* flags that clone(2) takes."""

AF_UNIX = 1
MAP_HUGETLB, MFD_HUGETLB = 0x40000, 4
MADV_MERGEABLE, POSIX_FADV_DONTNEED = 12, 4
PR_SET_SECCOMP, PR_SCHED_CORE, PR_SET_MEMORY_MERGE = 22, 62, 67
F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW, F_SETLEASE, F_NOTIFY = 6, 7, 37, 38, 1024, 1026
SO_SNDBUF, SO_RCVBUF, SO_SNDBUFFORCE, SO_RCVBUFFORCE = 7, 8, 32, 33
SO_ATTACH_FILTER, SO_ATTACH_BPF, SO_ATTACH_REUSEPORT_CBPF, SO_ATTACH_REUSEPORT_EBPF = 26, 50, 51, 52
FORBIDDEN_OF_SOCKETS = (
    *(SO_ATTACH_FILTER, SO_ATTACH_BPF, SO_ATTACH_REUSEPORT_CBPF, SO_ATTACH_REUSEPORT_EBPF),
    *(SO_SNDBUF, SO_RCVBUF, SO_SNDBUFFORCE, SO_RCVBUFFORCE),
)
MS_SYNC = 4
CLOCKS_OF_INIT = (0xFFFF_FFF0, 0xFFFF_FFF1, 0xFFFF_FFF2, 0xFFFF_FFF4, 0xFFFF_FFF5, 0xFFFF_FFF6)
TIOCSTI, TIOCLINUX = 0x5412, 0x541C


class Refusal(NamedTuple):
    """One row of the table: the call, its numbers (None: no such call there), what to answer, and why.

    With ``argument`` it holds only for some values of that argument's low 32 bits, which is all that the
    kernel reads of the arguments concerned: all but ``allowed``, or those in ``forbidden``, or with any bit
    of ``mask``, or those of which the bits in the first number of a pair in ``exactly`` are the second.
    """

    name: str
    x86_64: int | None
    aarch64: int | None
    answer: int
    reason: str
    argument: int | None = None
    allowed: tuple[int, ...] = ()
    forbidden: tuple[int, ...] = ()
    mask: int = 0
    exactly: tuple[tuple[int, int], ...] = ()


_REACH = "reaches into another process, the agent among them"
_OTHERS = "acts on any process of the same user, the agent among them"
_TREE = "changes the file tree"
_SPACE = "makes or enters namespaces, where a program would hold capabilities again"
_MACHINE = "runs the machine, not a program"
_CLOCK = "sets the clock of the machine"
_RING = "does file and network work past this filter"
_KEYS = "reaches keyrings, which belong to no namespace"
_HANDLE = "opens files by handle, past every path and mount"
_KERNEL = "loads code into the kernel"
_SURFACE = "has no use in a judge and a history of holes"
_NUMA = "moves memory between nodes, of other processes too"
_HIDDEN_ATTR = "keeps data in kernel memory, of standard input's file without bound"
_FILES = "watches the files of a whole mount"
_POOL = "takes from the machine's pool of huge pages, which no limit of a box counts"
_MERGE = "lets equal pages be merged with those of others, which tells of both and hides memory"
_ALONE = "keeps others off the second half of its processor"
_DISKS = "waits for all that anyone has written, and cannot be interrupted"
_LOCKS = "takes kernel memory that nothing counts, for locks that every close of a file looks through"
_JIT = "takes from the machine's pool for compiled filters, which the sandbox needs itself"
_FLUSH = "has the host's disk flush, for a file that can only be read"
_TELLS = "tells what init did for earlier runs"
_LASTING = "outlives the program, and its number tells later runs even when it does not"
_HIDDEN = "holds memory that only a memory cgroup counts, and there is none"

TABLE = (
    # First, as these are called often and an argument has to be looked at each time.
    Refusal("mmap", 9, 222, ENOMEM, _POOL, 3, mask=MAP_HUGETLB),
    Refusal("madvise", 28, 233, EINVAL, _MERGE, 2, forbidden=(MADV_MERGEABLE,)),
    Refusal("memfd_create", 319, 279, ENOSYS, _POOL, 1, mask=MFD_HUGETLB),
    Refusal(
        "prctl",
        157,
        167,
        EINVAL,
        _ALONE + " or " + _MERGE,
        0,
        forbidden=(PR_SET_SECCOMP, PR_SCHED_CORE, PR_SET_MEMORY_MERGE),
    ),
    Refusal(
        "fcntl",
        72,
        25,
        ENOLCK,
        _LOCKS,
        1,
        forbidden=(F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW, F_SETLEASE, F_NOTIFY),
    ),
    Refusal("flock", 73, 32, DONE, "takes hold of files of the host that other boxes see as well"),
    Refusal("clock_gettime", 228, 113, EINVAL, _TELLS, 0, forbidden=CLOCKS_OF_INIT),
    Refusal("clock_nanosleep", 230, 115, EINVAL, _TELLS, 0, forbidden=CLOCKS_OF_INIT),
    Refusal("timer_create", 222, 107, EINVAL, _TELLS, 0, forbidden=CLOCKS_OF_INIT),
    Refusal(
        "setsockopt", 54, 208, EPERM, _JIT + ", or for more than is counted", 2, (), FORBIDDEN_OF_SOCKETS
    ),
    Refusal("ptrace", 101, 117, EPERM, _REACH),
    Refusal("process_vm_readv", 310, 270, EPERM, _REACH),
    Refusal("process_vm_writev", 311, 271, EPERM, _REACH),
    Refusal("process_madvise", 440, 440, ENOSYS, _REACH),
    Refusal("process_mrelease", 448, 448, ENOSYS, _REACH),
    Refusal("kcmp", 312, 272, EPERM, _REACH),
    Refusal("pidfd_open", 434, 434, ENOSYS, _REACH),
    Refusal("pidfd_getfd", 438, 438, ENOSYS, _REACH),
    Refusal("pidfd_send_signal", 424, 424, ENOSYS, _REACH),
    Refusal("prlimit64", 302, 261, EPERM, "sets the limits of the agent, which later runs inherit", 0, (0,)),
    Refusal("sched_setaffinity", 203, 122, EPERM, "leaves the processors given to the box"),
    Refusal("sched_setscheduler", 144, 119, EPERM, _OTHERS),
    Refusal("sched_setparam", 142, 118, EPERM, _OTHERS),
    Refusal("sched_setattr", 314, 274, EPERM, _OTHERS),
    Refusal("setpriority", 141, 140, EPERM, _OTHERS),
    Refusal("ioprio_set", 251, 30, EPERM, _OTHERS),
    Refusal("migrate_pages", 256, 238, EPERM, _NUMA),
    Refusal("move_pages", 279, 239, EPERM, _NUMA),
    Refusal(
        *("clone", 56, 220, EPERM, _SPACE + "; or waits for a child as if it had lent it its memory", 0),
        mask=NEW_NAMESPACES,
        exactly=(
            (CLONE_VM | CLONE_VFORK, CLONE_VFORK),
            (CLONE_THREAD | CLONE_VFORK, CLONE_THREAD | CLONE_VFORK),
        ),
    ),
    # Its flags lie in memory, where no filter can look; every libc falls back to clone.
    Refusal("clone3", 435, 435, ENOSYS, _SPACE),
    Refusal("unshare", 272, 97, EPERM, _SPACE),
    Refusal("setns", 308, 268, EPERM, _SPACE),
    Refusal("mount", 165, 40, EPERM, _TREE),
    Refusal("umount2", 166, 39, EPERM, _TREE),
    Refusal("pivot_root", 155, 41, EPERM, _TREE),
    Refusal("chroot", 161, 51, EPERM, _TREE),
    Refusal("move_mount", 429, 429, EPERM, _TREE),
    Refusal("open_tree", 428, 428, EPERM, _TREE),
    Refusal("fsopen", 430, 430, EPERM, _TREE),
    Refusal("fsconfig", 431, 431, EPERM, _TREE),
    Refusal("fsmount", 432, 432, EPERM, _TREE),
    Refusal("fspick", 433, 433, EPERM, _TREE),
    Refusal("mount_setattr", 442, 442, EPERM, _TREE),
    Refusal("statmount", 457, 457, ENOSYS, "tells of the host's mounts"),
    Refusal("listmount", 458, 458, ENOSYS, "tells of the host's mounts"),
    Refusal("name_to_handle_at", 303, 264, EPERM, _HANDLE),
    Refusal("open_by_handle_at", 304, 265, EPERM, _HANDLE),
    Refusal("fanotify_init", 300, 262, EPERM, _FILES),
    Refusal("fanotify_mark", 301, 263, EPERM, _FILES),
    Refusal("inotify_init", 253, None, ENOSYS, _FILES),
    Refusal("inotify_init1", 294, 26, ENOSYS, _FILES),
    Refusal("mbind", 237, 235, EPERM, "keeps policies in kernel memory that nothing counts"),
    Refusal("set_mempolicy_home_node", 450, 450, EPERM, "as mbind"),
    Refusal("setxattr", 188, 5, ENOTSUP, _HIDDEN_ATTR),
    Refusal("lsetxattr", 189, 6, ENOTSUP, _HIDDEN_ATTR),
    Refusal("fsetxattr", 190, 7, ENOTSUP, _HIDDEN_ATTR),
    Refusal("fsync", 74, 82, DONE, _FLUSH),
    Refusal("fdatasync", 75, 83, DONE, _FLUSH),
    Refusal("msync", 26, 227, DONE, _FLUSH, 2, mask=MS_SYNC),
    Refusal("bpf", 321, 280, EPERM, _KERNEL),
    Refusal("init_module", 175, 105, EPERM, _KERNEL),
    Refusal("finit_module", 313, 273, EPERM, _KERNEL),
    Refusal("delete_module", 176, 106, EPERM, _KERNEL),
    Refusal("create_module", 174, None, EPERM, _KERNEL),
    Refusal("query_module", 178, None, EPERM, _KERNEL),
    Refusal("get_kernel_syms", 177, None, EPERM, _KERNEL),
    Refusal("kexec_load", 246, 104, EPERM, _KERNEL),
    Refusal("kexec_file_load", 320, 294, EPERM, _KERNEL),
    Refusal("perf_event_open", 298, 241, EPERM, "watches the kernel and other processes"),
    Refusal("userfaultfd", 323, 282, EPERM, "stops the kernel in the middle of a copy, which exploits need"),
    Refusal("io_uring_setup", 425, 425, ENOSYS, _RING),
    Refusal("io_uring_enter", 426, 426, ENOSYS, _RING),
    Refusal("io_uring_register", 427, 427, ENOSYS, _RING),
    Refusal("io_setup", 206, 0, ENOSYS, "takes from a number of requests that the whole machine shares"),
    Refusal("sync", 162, 81, EPERM, _DISKS),
    Refusal("syncfs", 306, 267, EPERM, _DISKS),
    Refusal(
        "fadvise64",
        221,
        223,
        EPERM,
        "drops files of the host from its cache",
        3,
        forbidden=(POSIX_FADV_DONTNEED,),
    ),
    Refusal("keyctl", 250, 219, EPERM, _KEYS),
    Refusal("add_key", 248, 217, EPERM, _KEYS),
    Refusal("request_key", 249, 218, EPERM, _KEYS),
    Refusal("socket", 41, 198, EAFNOSUPPORT, "reaches the network, or the kernel by netlink, vsock or alg"),
    Refusal("socketpair", 53, 199, EAFNOSUPPORT, "as socket; unix pairs go nowhere else", 0, (AF_UNIX,)),
    Refusal("ioctl", 16, 29, EPERM, "types into the terminal of another", 1, forbidden=(TIOCSTI, TIOCLINUX)),
    Refusal(
        "personality", 135, 92, EPERM, "turns off address randomisation and other guards", 0, (0, 0xFFFF_FFFF)
    ),
    Refusal("shmget", 29, 194, ENOSYS, _LASTING),
    Refusal("semget", 64, 190, ENOSYS, _LASTING),
    Refusal("msgget", 68, 186, ENOSYS, _LASTING),
    Refusal("mq_open", 240, 180, ENOSYS, _LASTING),
    Refusal("vmsplice", 278, 75, ENOSYS, "lends its reader pages that it can still change; " + _SURFACE),
    Refusal("seccomp", 317, 277, EPERM, "makes filters that wait for an answer; " + _SURFACE),
    Refusal("modify_ldt", 154, None, ENOSYS, _SURFACE),
    Refusal("uselib", 134, None, ENOSYS, _SURFACE),
    Refusal("lookup_dcookie", 212, 18, ENOSYS, _SURFACE),
    Refusal("nfsservctl", 180, 42, ENOSYS, _SURFACE),
    Refusal("memfd_secret", 447, 447, ENOSYS, _SURFACE),
    Refusal("lsm_get_self_attr", 459, 459, ENOSYS, _SURFACE),
    Refusal("lsm_set_self_attr", 460, 460, ENOSYS, _SURFACE),
    Refusal("lsm_list_modules", 461, 461, ENOSYS, _SURFACE),
    Refusal("swapon", 167, 224, EPERM, _MACHINE),
    Refusal("swapoff", 168, 225, EPERM, _MACHINE),
    Refusal("reboot", 169, 142, EPERM, _MACHINE),
    Refusal("acct", 163, 89, EPERM, _MACHINE),
    Refusal("quotactl", 179, 60, EPERM, _MACHINE),
    Refusal("quotactl_fd", 443, 443, EPERM, _MACHINE),
    Refusal("syslog", 103, 116, EPERM, _MACHINE),
    Refusal("vhangup", 153, 58, EPERM, _MACHINE),
    Refusal("sethostname", 170, 161, EPERM, _MACHINE),
    Refusal("setdomainname", 171, 162, EPERM, _MACHINE),
    Refusal("iopl", 172, None, EPERM, _MACHINE),
    Refusal("ioperm", 173, None, EPERM, _MACHINE),
    Refusal("settimeofday", 164, 170, EPERM, _CLOCK),
    Refusal("clock_settime", 227, 112, EPERM, _CLOCK),
    Refusal("adjtimex", 159, 171, EPERM, _CLOCK),
    Refusal("clock_adjtime", 305, 266, EPERM, _CLOCK),
)

WITHOUT_MEMORY_CGROUP = (Refusal("memfd_create", 319, 279, ENOSYS, _HIDDEN),)
"""Refused as well, and before the others, where memory is only sampled process by process."""
