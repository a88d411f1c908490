"""The page of a problem beside a static file of the same server, as Chromium sees both: make bench BENCH=page

Each figure is from the beginning of a navigation: to the first byte of its answer, and until one can work.
The bare one is the stylesheet, which the server has in memory. Caches are warm, the browser's and the
judge's, as for whoever has solved another problem before; the last line is for who never has.
"""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.report import HEADING, Figure, Times, compared, show
from tests.conftest import judge_up

PROBLEM = "/problems/cheapest-route"
N = 60


def measured(folder: Path) -> Iterator[Figure]:
    """Start a judge and a browser, and open both files in turns."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("there is no Chromium here: apt-get install chromium")
    with judge_up(folder) as judge, sync_playwright() as playwright:
        judge.wait_for_languages()
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(judge.url + PROBLEM)
        # By an address of old, or the browser would take it from its own store and ask nobody.
        style = f"{judge.url}/assets/0/page/style.css"
        first: Times = {"bare": [], "the problem": []}
        whole: Times = {"bare": [], "the problem": [], "its editor": [], "its editor, in a new browser": []}
        for _ in range(N):
            for way, url in (("bare", style), ("the problem", judge.url + PROBLEM)):
                shown = opened(page, url, has_editor=way != "bare")
                first[way].append(shown["responseStart"])
                whole[way].append(shown["interactive"])
                if way != "bare":
                    whole["its editor"].append(shown["editor"])
            whole["its editor, in a new browser"].append(in_a_new_browser(browser, judge.url + PROBLEM))
        browser.close()
    yield from compared("page", "first byte", first)
    yield from compared("page", "interactive", whole)


def opened(page: Page, url: str, *, has_editor: bool) -> dict[str, float]:
    """Seconds from the beginning of a navigation to what came of it."""
    page.goto(url, wait_until="load")
    if has_editor:
        page.locator("#code[hidden]").wait_for(state="attached")
    shown: dict[str, float] = page.evaluate(
        """() => {
            const at = (name) => performance.getEntriesByName(name)[0]?.startTime;
            const { responseStart, loadEventEnd } = performance.getEntriesByType("navigation")[0];
            const interactive = at("interactive") ?? loadEventEnd;
            return { responseStart, interactive, editor: at("editor") ?? 0 };
        }"""
    )
    return {name: value / 1000 for name, value in shown.items()}


def in_a_new_browser(browser: Browser, url: str) -> float:
    """Seconds until the editor is there where nothing is kept from before."""
    with browser.new_context() as context:
        return opened(context.new_page(), url, has_editor=True)["editor"]


if __name__ == "__main__":
    show(__doc__, HEADING, measured)
