"""Which URLs a stranger may give, and which addresses they may lead to."""

import ipaddress
from collections.abc import Callable

import pytest

from judge.config import settings
from judge.errors import ConfigError
from judge.webhooks import reach
from judge.webhooks.reach import Refused, Target

Allow = Callable[[str], None]


@pytest.fixture
def allow(monkeypatch: pytest.MonkeyPatch) -> Allow:
    """Set JUDGE_WEBHOOK_ALLOW for this test."""

    def allow(listed: str) -> None:
        changed = settings().model_copy(update={"webhook_allow": listed})
        monkeypatch.setattr(reach, "settings", lambda: changed)

    allow("")
    return allow


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://example.org", Target("https", "example.org", 443, "/")),
        ("HTTP://Example.ORG/Hook?a=b/c@d", Target("http", "example.org", 80, "/Hook?a=b/c@d")),
        ("https://example.org:8443?x", Target("https", "example.org", 8443, "/?x")),
        ("https://example.org./a%20b", Target("https", "example.org.", 443, "/a%20b")),
        ("http://8.8.8.8:65535/", Target("http", "8.8.8.8", 65535, "/")),
        ("http://[2606:4700::1111]/", Target("http", "2606:4700::1111", 80, "/")),
        ("https://xn--bcher-kva.example/", Target("https", "xn--bcher-kva.example", 443, "/")),
        ("https://under_score.example/", Target("https", "under_score.example", 443, "/")),
    ],
)
def test_what_may_be_given(allow: Allow, url: str, target: Target) -> None:
    assert reach.checked(url) == target


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "must begin"),
        ("example.org", "must begin"),
        ("ftp://example.org/", "must begin"),
        ("file:///etc/passwd", "must begin"),
        ("gopher://example.org/", "must begin"),
        ("https:example.org", "must begin"),
        ("https://", "no address"),
        ("https:///path", "no address"),
        ("https://user@example.org/", "user name"),
        ("https://user:pass@example.org/", "user name"),
        ("http://8.8.8.8\\@127.0.0.1/", "no address"),
        ("http://8.8.8.8@127.0.0.1/", "user name"),
        ("http://127.0.0.1#@example.org/", "fragment"),
        ("https://example.org/#x", "fragment"),
        ("https://example.org/a b", "visible"),
        ("https://example.org/\r\nHost: x", "visible"),
        ("https://example.org/\0", "visible"),
        ("https://b\u00fccher.example/", "visible"),
        ("https://\u2460\u2461\u2466.0.0.1/", "visible"),
        ("https://example.org/" + "a" * 2048, "at most 2048"),
        ("https://example.org:0/", "no address"),
        ("https://example.org:65536/", "no address"),
        ("https://example.org:99999/", "no address"),
        ("https://example.org:-1/", "no address"),
        ("https://example.org:22/", "port"),
        ("https://example.org:1023/", "port"),
        ("http://8.8.8.8:25/", "port"),
        ("https://example..org/", "no name"),
        (f"https://{'a' * 64}.example/", "no name"),
        ("https://./", "no name"),
        ("http://[::1", "no address"),
        ("http://[::g]/", "no address"),
        ("http://[fe80::1%25eth0]/", "no address"),
        # Other ways to write 127.0.0.1, which a resolver would read
        ("http://2130706433/", "usual way"),
        ("http://0x7f000001/", "usual way"),
        ("http://0x7f.1/", "usual way"),
        ("http://017700000001/", "usual way"),
        ("http://0177.0.0.1/", "usual way"),
        ("http://127.1/", "usual way"),
        ("http://127.0.0.1./", "usual way"),
        ("http://127.0.0.0x1/", "usual way"),
        ("http://1.2.3.4.5/", "usual way"),
        # What is inside
        ("http://127.0.0.1/", "public"),
        ("http://127.8.8.8:8000/", "public"),
        ("http://localhost/", "public"),
        ("http://LOCALHOST./", "public"),
        ("http://any.localhost/", "public"),
        ("http://0.0.0.0/", "public"),
        ("http://10.0.0.1/", "public"),
        ("http://169.254.169.254/latest/meta-data/", "public"),
        ("http://[::1]/", "public"),
        ("http://[::]/", "public"),
        ("http://[::ffff:127.0.0.1]/", "public"),
        ("http://[::ffff:7f00:1]/", "public"),
        ("http://[64:ff9b::8.8.8.8]/", "public"),
        ("http://[fd00:ec2::254]/", "public"),
    ],
)
def test_what_may_not_be_given(allow: Allow, url: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        reach.checked(url)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "0.1.2.3", "10.255.255.255", "100.64.0.1", "100.100.100.200", "127.0.0.1",
        "127.255.255.254", "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1",
        "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255",
        "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:10.0.0.1", "::ffff:100.64.0.1", "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:7f00:1::",
        "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "5f00::1",
        "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%1", "fec0::1", "ff02::1", "ff0e::1", "4000::1",
    ],
)  # fmt: skip
def test_what_is_not_public(address: str) -> None:
    assert not reach.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "198.20.0.1",
     "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "2001:200::1", "2001:4860::8888", "2003::1",
     "::ffff:8.8.8.8"],
)  # fmt: skip
def test_what_is_public(address: str) -> None:
    assert reach.is_public(ipaddress.ip_address(address))


def test_what_an_operator_allows(allow: Allow) -> None:
    """A network, whatever the port; a host and port, whatever it resolves to; and nothing beside them."""
    allow("10.1.0.0/16, [::1]:9000,hooks.internal:81 , fd00::/8,localhost:8080")
    inside, loopback = ipaddress.ip_address("10.1.2.3"), ipaddress.ip_address("::1")
    for url in ("http://10.1.2.3:22/", "http://[::ffff:10.1.2.3]/", "http://[fd12::1]:82/"):
        target = reach.checked(url)
        assert reach.may_reach(target, ipaddress.ip_address(target.host))
    assert reach.may_reach(reach.checked("http://[::1]:9000/"), loopback)
    assert reach.may_reach(reach.checked("http://HOOKS.internal:81/"), loopback)
    assert reach.may_reach(reach.checked("http://localhost:8080/"), loopback)
    assert reach.may_reach(reach.checked("http://any.example:2222/"), inside)
    assert not reach.may_reach(reach.checked("http://any.example:2222/"), loopback)
    assert not reach.may_reach(reach.checked("http://any.example:22/"), ipaddress.ip_address("8.8.8.8"))
    for url in (
        "http://10.2.0.1/",
        "http://[::1]:9001/",
        "http://127.0.0.1:9000/",
        "http://[::ffff:10.2.0.1]/",
    ):
        with pytest.raises(Refused):
            reach.checked(url)


@pytest.mark.parametrize(
    "listed", ["10.0.0.1/8", "hooks.internal", "all", "10.0.0.0/33", "a:b", "http://x:80"]
)
def test_an_allow_list_that_cannot_be_read(allow: Allow, listed: str) -> None:
    """Is told at the start: nobody should find out by what was, or was not, reached."""
    allow(f"127.0.0.0/8,{listed}")
    with pytest.raises(ConfigError, match=r"JUDGE_WEBHOOK_ALLOW: '" + listed[:4]):
        reach.check_settings()
