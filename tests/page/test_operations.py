"""The operator's page at a judge that runs: who is at what, the hour, what is in trouble, how old it is."""

import os
import re
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Running, judge_up, open_folder
from tests.journey.machine import children, command
from tests.page.conftest import PATIENCE_MS, SLOW_SUM, SUM, Visit
from tests.page.test_everybody import faults
from tests.servers import until

expect.set_options(timeout=PATIENCE_MS)

LASTING = f"import time\ntime.sleep(0.7)\n{SUM}"
SHORT = {"JUDGE_LEASE_S": "2", "JUDGE_LEASE_RENEW_S": "0.5", "JUDGE_MAX_ATTEMPTS": "1"}


def figure(page: Page, name: str) -> int:
    """One of the large figures."""
    return int(page.locator(f"[data-figure={name}]").inner_text())


def test_what_a_worker_is_at(judge: Running, visit: Visit) -> None:
    """What runs shows on its worker by itself, test after test, and is gone from there when it has ended."""
    visitor = visit(judge)
    page = visitor.open("/problems")
    page.get_by_role("link", name="Operations").click()
    worker = page.locator("[data-worker]")
    expect(worker.locator(".worker")).to_have_text("Idle")
    judge.submit("a-plus-b", "python3", LASTING, user_id=visitor.name)
    mine = worker.locator("li", has_text=visitor.name)
    expect(mine).to_contain_text(re.compile(r"a-plus-b by .* in Python 3, test \d+ of 12, for\s"))
    expect(worker.locator(".worker")).to_have_text("Working")
    mine.get_by_role("link", name="Submission").click()
    expect(page).to_have_url(re.compile("/submissions/"))
    page.go_back()
    expect(mine).to_have_count(0)
    expect(worker.locator(".worker")).to_have_text("Idle")
    expect(page.locator("#verdicts th", has_text="Python 3")).to_be_visible()


def test_the_queue_rises_and_falls(judge: Running, visit: Visit) -> None:
    """The figures follow, and so do the chart and its table, which say how much it was at most."""
    visitor = visit(judge)
    page = visitor.open("/operations")
    chart = page.get_by_role("img", name="Waiting over the last")
    made = [judge.submit("a-plus-b", "python3", LASTING, user_id=visitor.name) for _ in range(16)]
    expect(page.locator("[data-figure=queued]")).not_to_have_text("0")
    expect(page.locator("#queues tr", has_text="Python 3")).to_be_visible()
    expect(chart).to_have_accessible_name(re.compile("now [1-9]"))
    risen = chart.locator(".line").get_attribute("d")
    for submission in made:
        judge.request("POST", f"/submissions/{submission['id']}/cancel")
    expect(page.locator("[data-figure=queued]")).to_have_text("0")
    expect(chart).to_have_accessible_name(re.compile("now 0, at most [1-9]"))
    assert chart.locator(".line").get_attribute("d") != risen
    box = chart.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 20)
    expect(page.locator("#minute")).to_have_text(
        re.compile(r"^\d\d:\d\d UTC: waiting, most \d+; .*; ended \d+$")
    )
    page.get_by_text("By the minute").click()
    most = [int(cell) for cell in page.locator("#hour tbody td:nth-child(2)").all_inner_texts()]
    assert max(most) >= 1
    expect(page.locator("#verdicts th", has_text="Cancelled")).to_be_visible()


@pytest.fixture(scope="module")
def frail_judge() -> Iterator[Running]:
    """A judge that gives up after one lost attempt, and links to Flower."""
    with open_folder() as folder, judge_up(folder, "--flower", env=SHORT) as running:
        running.wait_for_languages()
        yield running


def kill_worker(judge: Running) -> None:
    """The worker and its children at once, as a machine dies."""
    [worker] = [pid for pid in children(judge.pid) if "judge.tasks worker" in command(pid)]
    for pid in (worker, *children(worker)):
        os.kill(pid, signal.SIGKILL)


def test_what_has_failed_is_judged_again(frail_judge: Running, visit: Visit) -> None:
    """With what it was lost to, and a button; nothing is in trouble after that, nor in anybody's hand."""
    visitor = visit(frail_judge)
    visitor.forgiven = "Failed to load"
    page = visitor.open("/operations")
    expect(page.get_by_role("link", name="Flower")).to_have_attribute("href", re.compile("http://127.0.0.1:"))
    expect(page.locator("#troubles")).to_contain_text("Nothing has failed")
    frail_judge.submit("a-plus-b", "python3", SLOW_SUM, user_id=visitor.name)
    expect(page.locator("[data-worker] li", has_text=visitor.name)).to_be_visible()
    kill_worker(frail_judge)
    trouble = page.locator("#troubles li", has_text=visitor.name)
    expect(trouble).to_contain_text("Could not be judged")
    expect(trouble.locator(".lost")).to_have_text(re.compile(r"^up-\w+@.*: fell silent$"))
    assert faults(page) == []
    trouble.get_by_role("button", name="Judge again").focus()
    read_at = page.locator("#read-at").inner_text()
    expect(page.locator("#read-at")).not_to_have_text(read_at)
    expect(trouble.get_by_role("button")).to_be_focused()  # though it was read anew
    page.keyboard.press("Enter")
    expect(page.locator("#troubles")).to_contain_text("Nothing has failed")
    expect(page.locator("#verdicts th", has_text="Accepted")).to_be_visible()


def test_how_old_it_is(frail_judge: Running, visit: Visit) -> None:
    """Where the judge does not answer the page keeps what it shows, and says of when that is, and why."""
    visitor = visit(frail_judge)
    visitor.forgiven = "ERR_FAILED|503"
    page = visitor.open("/operations")
    connection = page.locator("#connection")
    expect(connection).to_have_text("Live")
    page.context.route("**/operations", lambda route: route.abort())
    expect(connection).to_have_text(
        re.compile(r"As it was at \d\d:\d\d:\d\d UTC: the judge cannot be reached")
    )
    expect(page.locator("[data-worker]")).to_be_visible()
    page.context.unroute("**/operations")
    page.context.route(
        "**/operations", lambda route: route.fulfill(status=503, body="<main><p>Away</p></main>")
    )
    expect(connection).to_have_text(re.compile(r"As it was at .* UTC: Away"))
    page.context.unroute("**/operations")
    expect(connection).to_have_text("Live")


def test_operations_without_script(judge: Running, visit: Visit) -> None:
    """The page comes again by itself."""
    visitor = visit(judge, java_script_enabled=False)
    page = visitor.open("/operations")
    before = page.locator("#read-at").inner_text()
    expect(page.locator("#read-at")).not_to_have_text(before)
    expect(page.locator(".plot svg")).to_have_count(3)
    submission = judge.submit("a-plus-b", "python3", LASTING, user_id=visitor.name)
    expect(page.locator("[data-worker] li", has_text=visitor.name)).to_be_visible()
    judge.ended(submission["id"])


def test_operations_with_keys_alone(judge: Running, visit: Visit) -> None:
    """What is open stays open, and what has the focus keeps it, while all around is read anew."""
    page = visit(judge).open("/operations")
    summary = page.get_by_text("By the minute")
    for _ in range(40):
        page.keyboard.press("Tab")
        if summary.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    table = page.get_by_role("region", name="By the minute")
    expect(table).to_be_visible()
    judge.ended(judge.submit("a-plus-b", "python3", SUM)["id"])
    ended = page.locator("#hour tbody td:last-child")
    until(lambda: sum(int(cell) for cell in ended.all_inner_texts()) > 0)
    expect(table).to_be_visible()
    expect(summary).to_be_focused()
