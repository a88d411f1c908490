"""Who the processes of a box are: an id that owns nothing, namespaces of their own, no way back."""

import contextlib
import errno
import os
import signal

from judge.sandbox import kernel
from judge.sandbox.errors import SandboxError

INSIDE_ID = 1000
"""The user and group id that every process of a box sees itself as."""

FIRST_SPARE_ID = 1879048192 + (1 << 16)
"""Ids from here on are given to no user by any distribution's defaults (systemd's container range ends
before). The first of them are left to whatever else looks for an id there, as a server of ours may."""

SPARE_IDS = 1 << 22

_SIGNALS_OF_THE_C_LIBRARY = (32, 33)
"""Python cannot name them; whoever started the worker may have left them ignored."""

_SECURE_BITS = 0b1110_1111
"""NOROOT, NO_SETUID_FIXUP and NO_CAP_AMBIENT_RAISE with their locks, and KEEP_CAPS locked off."""

_NAMESPACES = (
    ("user namespace", kernel.CLONE_NEWUSER),
    ("mount namespace", kernel.CLONE_NEWNS),
    ("pid namespace", kernel.CLONE_NEWPID),
    ("network namespace", kernel.CLONE_NEWNET),
    ("IPC namespace", kernel.CLONE_NEWIPC),
    ("UTS namespace", kernel.CLONE_NEWUTS),
    ("cgroup namespace", kernel.CLONE_NEWCGROUP),
)

_MEND = {
    "user namespace": "allow unprivileged user namespaces: sysctl user.max_user_namespaces above 0, "
    "kernel.unprivileged_userns_clone=1, and in a container a seccomp profile that lets unshare through",
    "mount namespace": "with Ubuntu's AppArmor: sysctl kernel.apparmor_restrict_unprivileged_userns=0",
}


def spare_id(seed: int, id_map: str) -> int:
    """Return an id of the /proc/self/uid_map given that owns nothing, another one for another seed."""
    ranges = [(int(start), int(count)) for start, _, count in map(str.split, id_map.splitlines())]
    wanted = FIRST_SPARE_ID + seed % SPARE_IDS
    if any(start <= wanted < start + count for start, count in ranges):
        return wanted
    start, count = max(ranges, key=lambda one: one[1])
    if count < 2048:
        raise SandboxError(
            "spare user id", f"only {count} ids are mapped here", "map more ids, or start as a plain user"
        )
    # The upper end of a container's range, below nobody (65534): ids that adduser reaches last.
    return start + count - 1024 + seed % 1000


def become_nobody() -> None:
    """As root, take an id that owns nothing and leave all groups; as anyone else, stay who we are."""
    if os.geteuid() != 0 and os.getuid() != 0:
        return
    try:
        with open("/proc/self/uid_map") as uid_map, open("/proc/self/gid_map") as gid_map:
            user = spare_id(os.getpid(), uid_map.read())
            group = spare_id(os.getpid(), gid_map.read())
        os.setgroups([])
        os.setresgid(group, group, group)
        os.setresuid(user, user, user)
    except OSError as error:
        raise SandboxError(
            "spare user id", str(error), "give the worker CAP_SETUID and CAP_SETGID, or no root"
        ) from error


def protect_from_oom() -> None:
    """Let the kernel's memory killer pass over the agent, where we may; the programs are told apart again."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("-1000")
    except PermissionError:
        pass  # unprivileged: programs raise their own score instead, and so are chosen first


def enter_namespaces() -> None:
    """Leave every namespace of the host; the pid namespace begins with the next child."""
    user, group = os.geteuid(), os.getegid()
    # The change of ids made /proc/self root's; the maps below could not be written.
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)
    for name, flag in _NAMESPACES:
        try:
            kernel.unshare(flag)
            if flag == kernel.CLONE_NEWUSER:
                _write("/proc/self/setgroups", "deny")
                _write("/proc/self/uid_map", f"{INSIDE_ID} {user} 1")
                _write("/proc/self/gid_map", f"{INSIDE_ID} {group} 1")
        except OSError as error:
            mend = _MEND.get(name, f"a kernel with the {name} and a container profile that allows it")
            raise SandboxError(name, str(error), mend) from error
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)


def die_with(parent: int) -> None:
    """Ask for SIGKILL when the thread that started us ends, and end now if it has.

    A change of ids takes the request back. parent: its process id, which is 0 where that one is outside our
    pid namespace.
    """
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def leave_keyring() -> None:
    """Let go of the session keyring of whoever started the judge.

    A second layer only: the filter refuses every keyring call. So a kernel or container that has no keyrings
    to offer (ENOSYS, EPERM), or has too many (EDQUOT), is no reason to refuse.
    """
    with contextlib.suppress(OSError):
        kernel.new_session_keyring()


def shed_for_good() -> None:
    """Make pid 1 of the box keep its capabilities, but let no program it starts ever gain one."""
    for capability in range(64):
        try:
            kernel.prctl(kernel.PR_CAPBSET_DROP, capability)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            break  # the first one that this kernel does not know
    kernel.prctl(kernel.PR_CAP_AMBIENT, 4)  # clear all
    kernel.prctl(kernel.PR_SET_SECUREBITS, _SECURE_BITS)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)


def forget_signals() -> None:
    """Give every signal its default action and unblock all.

    As pid 1 that makes the agent deaf to its children, and programs start with what exec expects.
    """
    for number in signal.valid_signals():
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(number, signal.SIG_DFL)
    for reserved in _SIGNALS_OF_THE_C_LIBRARY:
        kernel.default_action(reserved)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)
