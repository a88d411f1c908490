"""What is shown of a submission is how it stands, whatever happens to page, socket and server."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.conftest import Running, judge_up, open_folder
from tests.journey.test_web_killed import kill_web
from tests.page.conftest import NO_SOCKETS, PATIENCE_MS, SLOW_SUM, SUM, Visit, verdict, write
from tests.web.conftest import STREAMS
from tests.web.conftest import frail_judge as frail_judge  # fixtures of theirs
from tests.web.conftest import running_frail_judge as running_frail_judge

expect.set_options(timeout=PATIENCE_MS)


def begin(page: Page, code: str = SLOW_SUM) -> None:
    """Submit, and wait until some tests have ended, but not all."""
    write(page, code)
    page.keyboard.press("Control+Enter")
    expect(verdict(page)).to_have_text(re.compile(r"Running, test ([3-9]) of 12"))
    expect(page.locator("#connection")).to_have_text("Live")


def test_reloaded_in_the_middle(judge: Running, visit: Visit) -> None:
    """The page goes on with what it showed, from the test at which it is."""
    page = visit(judge).open("/problems/a-plus-b")
    begin(page)
    page.reload()
    expect(page.locator(".strip i.accepted").nth(1)).to_be_visible()
    expect(verdict(page)).to_have_text("Accepted")
    expect(page.locator(".strip i.accepted")).to_have_count(12)
    page.reload()
    expect(verdict(page)).to_have_text("Accepted")


def test_two_tabs_agree(judge: Running, visit: Visit) -> None:
    """What one tab submits, the other shows too, live; so does the submission's own page."""
    visitor = visit(judge)
    first, second = visitor.open("/problems/a-plus-b"), visitor.open("/problems/a-plus-b")
    begin(first)
    expect(verdict(second)).to_have_text(re.compile("Running, test"))
    id_ = first.locator("#verdict").get_attribute("data-submission")
    third = visitor.open(f"/submissions/{id_}")
    for page in (first, second, third):
        expect(verdict(page)).to_have_text("Accepted")
        assert page.locator("#verdict").get_attribute("data-submission") == id_
    expect(third.locator("#tests tbody tr")).to_have_count(12)


def test_it_follows_only_what_it_shows(judge: Running, visit: Visit) -> None:
    """No socket before there is something to be shown; then its events alone, up to its end."""
    sockets: list[WebSocket] = []
    sent: list[str] = []
    received: list[str] = []

    def open_(socket: WebSocket) -> None:
        sockets.append(socket)
        socket.on("framesent", lambda frame: sent.append(str(frame)))
        socket.on("framereceived", lambda frame: received.append(str(frame)))

    visitor = visit(judge)
    page = visitor.open("/problems/a-plus-b")
    page.on("websocket", open_)
    expect(page.locator(".cm-content")).to_be_visible()
    assert sockets == []
    elsewhere = judge.submit("a-plus-b", "python3", SUM, user_id=visitor.name)
    begin(page)
    expect(verdict(page)).to_have_text("Accepted")
    shown = page.locator("#verdict").get_attribute("data-submission")
    assert '"stream":false' in sent[0]
    expect(page.locator("#connection")).to_have_text("")  # closed, for nothing is followed any more
    assert [frame for frame in sent if '"unsubscribe"' in frame and str(shown) in frame]
    assert not [frame for frame in received if elsewhere["id"] in frame]
    assert sockets[0].is_closed()


def test_polls_where_there_is_no_socket(judge: Running, visit: Visit) -> None:
    """A proxy that lets no WebSocket through costs nothing but the word."""
    visitor = visit(judge)
    visitor.forgiven = "WebSocket connection"
    visitor.context.add_init_script(NO_SOCKETS)
    page = visitor.open("/problems/a-plus-b")
    write(page, SLOW_SUM)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#connection")).to_have_text("Asking now and then")
    expect(verdict(page)).to_have_text("Accepted")
    expect(page.locator(".strip i.accepted")).to_have_count(12)


def test_signed_out_elsewhere(token_judge: Running, visit: Visit) -> None:
    """Who has signed out in another tab is told so where they still wait for a verdict."""
    name, password = "olga", "correct horse battery"
    token_judge.request("POST", "/users", json={"user_id": name, "password": password})
    visitor = visit(token_judge)
    visitor.forgiven = "WebSocket connection|401"
    visitor.context.add_init_script(NO_SOCKETS)
    page = visitor.open("/sign-in?next=/problems/a-plus-b")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    write(page, SLOW_SUM)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#connection")).to_have_text("Asking now and then")
    other = visitor.open(f"/users/{name}")
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.locator("#connection")).to_have_text("Signed out; sign in again")


def test_a_full_server(frail_judge: Running, visit: Visit) -> None:
    """Where there is no room for a socket, nor for whoever would wait, the page asks now and then."""
    frail_judge.wait_for_languages()
    for _ in range(STREAMS):
        frail_judge.socket({"user_id": "somebody"})
    visitor = visit(frail_judge)
    visitor.forgiven = "503"
    page = visitor.open("/problems/a-plus-b")
    write(page, SLOW_SUM)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#connection")).to_have_text("Asking now and then")
    expect(verdict(page)).to_have_text("Accepted")
    expect(page.locator(".strip i.accepted")).to_have_count(12)


@pytest.fixture(scope="module")
def own_judge() -> Iterator[Running]:
    """A judge that may be hurt, and that starts its web process again."""
    with open_folder() as folder, judge_up(folder) as running:
        running.wait_for_languages()
        yield running


def test_the_web_process_dies_in_the_middle(own_judge: Running, visit: Visit) -> None:
    """The page says that it has no connection, comes back, and misses nothing."""
    visitor = visit(own_judge)
    visitor.forgiven = "WebSocket connection|ERR_CONNECTION|Failed to (fetch|load)"
    page = visitor.open("/problems/a-plus-b")
    begin(page)
    states: list[str] = []
    page.expose_function("told", lambda state: states.append(state))
    page.evaluate(
        """() => new MutationObserver(() => told(document.getElementById("connection").textContent))
            .observe(document.getElementById("connection"), { childList: true })"""
    )
    kill_web(own_judge)
    expect(verdict(page)).to_have_text("Accepted")
    expect(page.locator(".strip i.accepted")).to_have_count(12)
    assert set(states) & {"Connecting…", "No connection; trying again"}, states
