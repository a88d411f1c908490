"""The failures of the sandbox itself, which are never the contestant's."""

_MENDS = {
    "user namespace": "allow unprivileged user namespaces: sysctl user.max_user_namespaces above 0, "
    "kernel.unprivileged_userns_clone=1, and in a container a seccomp profile that lets unshare through",
    "mount namespace": "allow mounts in user namespaces; with Ubuntu's AppArmor: "
    "sysctl kernel.apparmor_restrict_unprivileged_userns=0",
    **dict.fromkeys(
        ("pid namespace", "network namespace", "IPC namespace", "UTS namespace", "cgroup namespace"),
        "a kernel with such namespaces and a container profile that allows them",
    ),
    "spare user id": "give the worker CAP_SETUID and CAP_SETGID, or no root",
    "proc": "Linux 5.8 or newer; in a container an unmasked /proc (--security-opt systempaths=unconfined)",
    "read-only root": "Linux 5.14 or newer, and a root of the worker that is a mount of its own",
    "cgroup": "let the worker write to its own control groups, or start it unprivileged",
    "start of a program": "raise the host's limit",
}


class SandboxError(Exception):
    """The box could not be made, or could not do what was asked.

    layer: what failed ("mount namespace", "seccomp", …); reason: what the kernel said; mend: what an
    operator can do about it, by default what usually helps with that layer. All three are single sentences
    or words for people.
    """

    def __init__(self, layer: str, reason: str, mend: str = "") -> None:
        self.layer = layer
        self.reason = reason
        self.mend = mend or _MENDS.get(layer, "")
        super().__init__(layer, reason, self.mend)

    def __str__(self) -> str:
        return f"{self.layer}: {self.reason}" + (f" ({self.mend})" if self.mend else "")


class BoxKilled(SandboxError):
    """``Box.kill`` ended the box while, or before, something was asked of it."""

    def __init__(self, layer: str = "box", reason: str = "it was killed on request", mend: str = "") -> None:
        super().__init__(layer, reason, mend)
