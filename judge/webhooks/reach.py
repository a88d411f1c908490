"""What of the network a URL that a stranger has given may reach: the public part, and what operators allow.

A judge stands inside somebody's network, and a URL must not become a way into it.
"""

import ipaddress
import re
from dataclasses import dataclass
from functools import cache

from judge.config import settings
from judge.errors import ConfigError, JudgeError

_URL_LENGTH = 2048
_HOST_LENGTH = 253

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# What IANA's registries of special addresses keep from the public, and 168.63.129.16, by which a virtual
# machine in Azure speaks to its host. Not ``is_global``, which differs between Python's versions and takes
# multicast, NAT64 and 6to4 for public.
_NOT_PUBLIC_V4 = [
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
]  # fmt: skip
# All global unicast addresses there are; NAT64, addresses with an IPv4 one inside, local and multicast ones
# lie beyond it. Within it: Teredo and others of the IETF's own, documentation, 6to4.
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = [
    ipaddress.IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
]

_HOST = r"\[[0-9a-f:.]+\]|[a-z0-9_.-]+"
_URL = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{_HOST})(?::(?P<port>[0-9]{{1,5}}))?(?P<path>[/?][^#\\]*)?", re.I
)
_PLACE = re.compile(rf"(?P<host>{_HOST}):(?P<port>[0-9]{{1,5}})", re.I)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


class Refused(JudgeError):
    """A URL that nothing may be sent to; the message says why."""


@dataclass(frozen=True)
class Target:
    """A URL taken apart; ``host`` is in lower case and without brackets, ``path`` has the query in it."""

    scheme: str
    host: str
    port: int
    path: str


def checked(url: str) -> Target:
    """A URL that may be given by a stranger, as far as it can be told without asking for its address.

    Raises Refused.
    """
    found = _URL.fullmatch(url)
    if len(url) > _URL_LENGTH or not url.isascii() or re.search(r"[\0- \x7f]", url):
        raise Refused(
            f"must be at most {_URL_LENGTH} visible ASCII characters: xn--… for names, % for others"
        )
    if not re.match("https?://", url, re.I):
        raise Refused("must begin with https:// or http://")
    if "@" in re.split(r"[/?#\\]", url.partition("//")[2])[0]:
        raise Refused("must have no user name or password in it")
    if "#" in url:
        raise Refused("must have no fragment (#) in it")
    if found is None or not 0 < int(found["port"] or 80) < 65536:
        raise Refused("is no address like https://example.org/hook")
    scheme, host = found["scheme"].lower(), found["host"].lower().strip("[]")
    port = int(found["port"] or (443 if scheme == "https" else 80))
    path = found["path"] or "/"
    target = Target(scheme, host, port, path if path.startswith("/") else f"/{path}")
    _check_host(target)
    return target


def check_settings() -> None:
    """Raises ConfigError where JUDGE_WEBHOOK_ALLOW cannot be read."""
    _allowed(settings().webhook_allow)


def may_reach(target: Target, address: Address) -> bool:
    """Whether an address that the target's name resolves to may be connected to."""
    allowed = _allowed(settings().webhook_allow)
    if (target.host, target.port) in allowed.places:
        return True
    inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    if any((inner or address) in network for network in allowed.networks):
        return True
    return is_public(address) and _is_usual(target.port)


def is_public(address: Address) -> bool:
    """Whether an address belongs to nobody's inside; of one that only wraps an IPv4 address, the inner."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return address in _GLOBAL_V6 and not any(address in block for block in _NOT_PUBLIC_V6)
        address = address.ipv4_mapped
    return not any(address in block for block in _NOT_PUBLIC_V4)


# What the operator allows besides


@dataclass(frozen=True)
class _Allowed:
    networks: tuple[Network, ...]
    places: frozenset[tuple[str, int]]  # host and port


@cache
def _allowed(listed: str) -> _Allowed:
    networks, places = [], []
    for entry in filter(None, map(str.strip, listed.split(","))):
        if place := _PLACE.fullmatch(entry):
            places.append((place["host"].lower().strip("[]"), int(place["port"])))
            continue
        try:
            networks.append(ipaddress.ip_network(entry))
        except ValueError as error:
            raise ConfigError(
                f"JUDGE_WEBHOOK_ALLOW: {entry!r} is neither a network like 10.0.0.0/8 nor a host:port"
            ) from error
    return _Allowed(tuple(networks), frozenset(places))


def _is_usual(port: int) -> bool:
    """Below 1024 live the services that were never meant to be spoken to in HTTP."""
    return port in (80, 443) or port >= 1024


def _check_host(target: Target) -> None:
    """What can be said of a host without a question to anybody; the rest is said when it is connected to."""
    allowed = _allowed(settings().webhook_allow)
    if (target.host, target.port) in allowed.places:
        return
    labels = target.host.rstrip(".").split(".")
    literal: Address | None = None
    if ":" in target.host or _NUMBER.fullmatch(labels[-1]):
        try:
            literal = ipaddress.ip_address(target.host)
        except ValueError as error:
            raise Refused("must have its IP address written in the usual way, like 203.0.113.7") from error
    elif len(target.host) > _HOST_LENGTH or not all(0 < len(label) < 64 for label in labels):
        raise Refused("has no name of a host in it")
    is_inside = not may_reach(target, literal) if literal else labels[-1] == "localhost"
    if not _is_usual(target.port) and (is_inside if literal else not allowed.networks):
        raise Refused("must have the port 80, 443 or one from 1024 on")
    if is_inside and (literal or not allowed.networks):
        raise Refused("is not on the public network (an operator may allow it by JUDGE_WEBHOOK_ALLOW)")
