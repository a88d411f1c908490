"""Take pictures of every page of a judge that people use: make screenshots OUT=FOLDER"""

import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.conftest import REPOSITORY, Running, judge_up, open_folder
from tests.page import packages
from tests.page.packages import packed
from tests.web.test_versions import changed

KEPT = (
    ("accepted", "light"),
    ("wrong-answer", "dark"),
    ("problems", "light"),
    ("version", "light"),
    ("operations", "light"),
)
README = REPOSITORY / "docs" / "pictures"
PROBLEM = "cheapest-route"
PEOPLE = ("ada", "bo", "chen", "dana", "emre", "fatima", "goran")
SOLVED = ("a-plus-b", PROBLEM, "valid-brackets", "edit-distance", "photo-finish", "two-rooms")
WRONG = "n, m = map(int, input().split())\nprint(n + m)\n"
BROKEN = """#include <iostream>

int main() {
    int a, b
    std::cin >> a >> b;
    std::cout << a + b;
}
"""
LASTING = "import time\ntime.sleep(0.7)\nprint(sum(map(int, input().split())))\n"
UNSIGNED = b"#!/usr/bin/perl\n<STDIN> =~ /(\\d+) (\\d+)/; print $1 + $2, qq(\\n);\n"
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
LOOKS = tuple((scheme, size) for scheme in ("light", "dark") for size in (WIDE, NARROW))


def main(folder: Path) -> None:
    """Start a judge, have people use it, and look at all of it in both schemes."""
    folder.mkdir(parents=True, exist_ok=True)
    README.mkdir(exist_ok=True)
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("there is no Chromium here: apt-get install chromium")
    with open_folder() as home, judge_up(home) as judge, sync_playwright() as playwright:
        judge.wait_for_languages()
        submission = used(judge)
        authored = uploaded(judge)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme, size in LOOKS:
            look(browser, judge, folder, submission, scheme, size)
            look_as_author(browser, judge, folder, authored, scheme, size)
        look_at_operations(browser, judge, folder)
        browser.close()
    for name, kept in KEPT:
        shutil.copy(folder / f"{name}-{kept}.png", README / f"{name}.png")


def used(judge: Running) -> str:
    """Have people solve problems, each one fewer than the last; the id of an accepted submission of ada's."""
    last = ""
    for rank, name in enumerate(PEOPLE):
        for problem in SOLVED[: len(SOLVED) - rank % len(SOLVED)]:
            accepted = REPOSITORY / "problems" / problem / "submissions" / "accepted"
            for path in sorted(accepted.glob("*.py"))[:2]:
                last = judge.submit(problem, "python3", path.read_text(), user_id=name)["id"]
                judge.ended(last)
    wrong = judge.submit(PROBLEM, "python3", WRONG, user_id="ada")
    judge.ended(wrong["id"])
    solution = REPOSITORY / "problems" / PROBLEM / "submissions" / "accepted"
    [path, *_] = sorted(solution.glob("*.py"))
    shown: str = judge.submit(PROBLEM, "python3", path.read_text(), user_id="ada")["id"]
    judge.ended(shown)
    return shown


def look_at_operations(browser: Browser, judge: Running, folder: Path) -> None:
    """The operator's page while more is sent than there are slots for."""
    others = PEOPLE[1:]
    crowd = [
        judge.submit("a-plus-b", "python3", LASTING, user_id=others[at % len(others)]) for at in range(24)
    ]
    for scheme, size in LOOKS:
        context = browser.new_context(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]  # they are
        page = context.new_page()
        page.goto(f"{judge.url}/operations")
        expect(page.locator(".in-hand").first).to_be_visible(timeout=60_000)
        expect(page.get_by_role("img", name="Waiting")).to_have_accessible_name(
            re.compile("now [1-9]"), timeout=60_000
        )
        page.screenshot(path=folder / f"operations-{_end(scheme, size)}", full_page=True)
        context.close()
    for submission in crowd:
        judge.ended(submission["id"], within_s=600)


def uploaded(judge: Running) -> dict[str, str]:
    """Have an author upload packages and judge anew; the paths of what there is to see, by name."""
    mistaken = sent(judge, "echo", packed(packages.MISTAKEN))
    judge.request("POST", f"/problems/echo/versions/{mistaken}/publish")
    for name in PEOPLE:
        judge.ended(judge.submit("echo", "python3", packages.ECHO, user_id=name)["id"])
    mended = sent(judge, "echo", packed(packages.GOOD))
    judge.request("POST", f"/problems/echo/versions/{mended}/publish")
    asked = {"problem_id": "echo", "apply": "by_hand", "reason": "the answer to 3 was wrong"}
    rejudging = judge.request("POST", "/rejudgings", json=asked).json()["id"]
    name = "submissions/accepted/sum.pl"
    rejected = sent(judge, "a-plus-b", changed(name, added={name: UNSIGNED}))
    return {
        "authoring": "/authoring",
        "versions": "/authoring/problems/echo",
        "version": f"/authoring/problems/a-plus-b/versions/{rejected}",
        "rejudge": "/authoring/problems/echo/rejudge",
        "rejudging": f"/authoring/rejudgings/{rejudging}",
    }


def sent(judge: Running, problem: str, package: bytes) -> int:
    """Upload a package; its version, once it has been verified."""
    kind = {"Content-Type": "application/zip"}
    answer = judge.request("PUT", f"/problems/{problem}?user_id=ada", data=package, headers=kind)
    version: int = answer.json()["version"]
    log = {"last_seq": 0, "ended": False}
    while not log["ended"]:
        log = judge.get(f"/problems/{problem}/versions/{version}/events?after_seq={log['last_seq']}&wait=20")
    return version


def opened(browser: Browser, judge: Running, scheme: str, size: dict[str, int]) -> Page:
    """A page of ada's, in a context of its own."""
    context = browser.new_context(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]  # it is one
    context.add_cookies([{"name": "judge_name", "value": "ada", "url": judge.url}])
    page = context.new_page()
    page.set_default_timeout(60_000)
    return page


def look_as_author(
    browser: Browser, judge: Running, folder: Path, paths: dict[str, str], scheme: str, size: dict[str, int]
) -> None:
    """The pages of authors, and a package that is refused."""
    page, end = opened(browser, judge, scheme, size), _end(scheme, size)
    for name, path in paths.items():
        page.goto(judge.url + path, wait_until="networkidle")
        page.screenshot(path=folder / f"{name}-{end}", full_page=name == "version" or size is NARROW)
    page.goto(judge.url + paths["authoring"])
    page.get_by_label("Package", exact=True).set_input_files(
        {"name": "echo.zip", "mimeType": "application/zip", "buffer": packed(packages.BROKEN)}
    )
    page.get_by_role("button", name="Upload").click()
    page.locator("#refused tbody").wait_for()
    page.screenshot(path=folder / f"refused-{end}")
    page.context.close()


def look(
    browser: Browser, judge: Running, folder: Path, submission: str, scheme: str, size: dict[str, int]
) -> None:
    """Every page in one scheme and one size."""
    page, end = opened(browser, judge, scheme, size), _end(scheme, size)

    def take(name: str, path: str = "", *, whole: bool = False) -> None:
        if path:
            page.goto(judge.url + path, wait_until="networkidle")
        page.screenshot(path=folder / f"{name}-{end}", full_page=whole)

    take("problems", "/problems", whole=size is NARROW)
    take("problem", f"/problems/{PROBLEM}")
    take("dialogue", "/problems/warmer-colder", whole=True)
    take("submissions", "/submissions")
    take("submission", f"/submissions/{submission}", whole=True)
    page.locator("#against").select_option(index=1)
    page.locator(".diff").wait_for()
    take("compared", whole=True)
    take("leaderboard", "/leaderboard")
    take("user", "/users/ada")
    take("missing", "/nope")
    solution = sorted((REPOSITORY / "problems" / PROBLEM / "submissions" / "accepted").glob("*.py"))[0]
    page.goto(f"{judge.url}/problems/{PROBLEM}")
    for name, language, code, verdict in (
        ("compile-error", "cpp", BROKEN, "Compile error"),
        ("wrong-answer", "python3", WRONG, "Wrong answer"),
        ("accepted", "python3", solution.read_text(), "Accepted"),
    ):
        page.locator("#language").select_option(language)
        submit(page, code)
        expect(page.locator("#verdict [data-standing]")).to_have_text(verdict, timeout=60_000)
        if verdict == "Wrong answer":
            page.locator("#said .diff").wait_for()
        page.locator("#output").evaluate("panel => panel.scrollTo(0, 0)")
        take(name, whole=size is NARROW)
    page.keyboard.press("Control+'")
    page.locator(".case .verdict.accepted").nth(1).wait_for()
    take("run")
    page.context.close()


def _end(scheme: str, size: dict[str, int]) -> str:
    return f"{scheme}{'' if size is WIDE else '-narrow'}.png"


def submit(page: Page, code: str) -> None:
    """As it is pasted and sent by keys."""
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(code)
    page.keyboard.press("Control+Home")
    page.keyboard.press("Control+Enter")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
