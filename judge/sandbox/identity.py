"""Who the processes of a box are: an id that owns nothing on the host."""

import os

from judge.sandbox.errors import SandboxError

FIRST_SPARE_ID = 1879048192 + (1 << 16)
"""Ids from here on are given to no user by any distribution's defaults (systemd's container range ends
before). The first of them are left to whatever else looks for an id there, as a server of ours may."""

SPARE_IDS = 1 << 22
LEAST_SPARE_IDS = 1000

STAY = range(0)


def ids() -> tuple[range, range]:
    """Return the users and the groups of which a box takes one: as root, ids that own nothing; else STAY.

    Each agent takes the one that its process id leads to, so boxes that live at once have different ones.
    Raises SandboxError.
    """
    if os.geteuid() != 0 and os.getuid() != 0:
        return STAY, STAY
    with open("/proc/self/uid_map") as users, open("/proc/self/gid_map") as groups:
        return spare_ids(users.read()), spare_ids(groups.read())


def spare_ids(id_map: str) -> range:
    """Return the ids of a /proc/self/uid_map that own nothing. Raises SandboxError when it has too few."""
    ranges = [(int(start), int(count)) for start, _, count in map(str.split, id_map.splitlines())]
    for start, count in ranges:
        if start <= FIRST_SPARE_ID and start + count >= FIRST_SPARE_ID + SPARE_IDS:
            return range(FIRST_SPARE_ID, FIRST_SPARE_ID + SPARE_IDS)
    start, count = max(ranges, key=lambda one: one[1])
    if count < 2 * LEAST_SPARE_IDS:
        raise SandboxError(
            "spare user id", f"only {count} ids are mapped here", "map more ids, or start as a plain user"
        )
    # The upper end of a container's range, below nobody (65534): ids that adduser reaches last.
    return range(start + count - 1024, start + count - 1024 + LEAST_SPARE_IDS)
