"""The pages are for everybody: without script, with keys alone, on a phone, in the dark, read aloud."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import REPOSITORY, Running
from tests.page.conftest import DIFFERENCE, PATIENCE_MS, SUM, Visit, Visitor, verdict, write

expect.set_options(timeout=PATIENCE_MS)

AXE = REPOSITORY / "judge/web/assets/node_modules/axe-core/axe.min.js"


def faults(page: Page) -> list[str]:
    """What axe finds serious on a page, with where."""
    page.evaluate(Path(AXE).read_text())
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    return [
        f"{fault['id']}: {fault['help']}: {[node['html'] for node in fault['nodes']][:3]}"
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
    ]


def test_without_script(judge: Running, visit: Visit) -> None:
    """A form sends the program, and a page that comes again by itself tells how it goes."""
    page = visit(judge, java_script_enabled=False).open("/problems/a-plus-b")
    expect(page.locator("#history")).to_be_visible()
    expect(page.get_by_role("button", name="Run")).to_be_hidden()
    page.locator("#code").fill(SUM)
    page.get_by_role("button", name="Submit").click()
    expect(page).to_have_url(re.compile("/submissions/"))
    expect(verdict(page)).to_have_text("Accepted")
    expect(page.locator("#tests tbody tr")).to_have_count(12)


def test_without_the_editor(judge: Running, visit: Visit) -> None:
    """Where it was not built, or does not come, a text area takes the program, with the same keys."""
    visitor = visit(judge)
    visitor.forgiven = "ERR_FAILED"
    visitor.context.route("**/built/*", lambda route: route.abort())
    page = visitor.open("/problems/a-plus-b")
    expect(page.locator("#draft")).to_have_text("The editor could not be loaded")
    page.locator("#code").fill(SUM)
    page.keyboard.press("Control+'")
    expect(page.locator(".case .verdict.accepted")).to_have_count(2)
    page.keyboard.press("Control+Enter")
    expect(verdict(page)).to_have_text("Accepted")
    page.reload()
    expect(page.locator("#code")).to_have_value(SUM)


def test_with_keys_alone(judge: Running, visit: Visit) -> None:
    """To the problem, into the editor and out of it again, and to the verdict."""
    page = visit(judge).open("/problems")

    def tab_to(selector: str, key: str = "Tab") -> None:
        for _ in range(80):
            page.keyboard.press(key)
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"no {key} leads to {selector}")

    tab_to('a[href="/problems/a-plus-b"]')
    page.keyboard.press("Enter")
    expect(page.locator(".cm-content")).to_be_visible()
    tab_to("#tab-statement")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#history")).to_be_visible()
    tab_to(".cm-content")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(SUM)
    page.keyboard.press("Tab")  # indents
    expect(page.locator(".cm-content")).to_be_focused()
    page.keyboard.press("Backspace")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.locator("#run")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(verdict(page)).to_have_text("Accepted")
    expect(page.locator("[aria-live=polite] #verdict")).to_have_count(1)


def everything(visitor: Visitor) -> list[Page]:
    """A tab for each page there is, the problem's with a verdict."""
    made = visitor.judge.submit("a-plus-b", "python3", DIFFERENCE, user_id=visitor.name)
    visitor.judge.ended(made["id"])
    paths = ["/problems", "/problems/warmer-colder", f"/submissions/{made['id']}", "/submissions"]
    paths += ["/leaderboard", f"/users/{visitor.name}", "/nope", "/operations"]
    pages = [visitor.open(path) for path in paths]
    solving = visitor.open("/problems/cheapest-route")
    write(solving, "import sys\nprint(sys.stdin.read())\n")
    solving.keyboard.press("Control+Enter")
    expect(verdict(solving)).to_have_text("Wrong answer")
    expect(solving.locator("#said .diff")).to_be_visible()
    return [*pages, solving]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_hinders(judge: Running, visit: Visit, scheme: str, width: int) -> None:
    """Axe finds nothing serious on any page, and none is wider than the screen."""
    visitor = visit(judge, width=width, color_scheme=scheme)
    visitor.forgiven = "404"  # of the page that there is not
    for page in everything(visitor):
        assert faults(page) == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


def test_the_dark_is_dark(judge: Running, visit: Visit) -> None:
    """As the reader's system wants it, the editor too."""
    page = visit(judge, color_scheme="dark").open("/problems/a-plus-b")
    expect(page.locator(".cm-editor")).to_be_visible()
    for selector in ("body", ".cm-editor"):
        colour = page.evaluate("s => getComputedStyle(document.querySelector(s)).backgroundColor", selector)
        assert max(map(int, colour.removeprefix("rgb(").removesuffix(")").split(","))) < 64, (
            selector,
            colour,
        )
