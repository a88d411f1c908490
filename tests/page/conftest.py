"""A browser at a judge that runs; what it complains of fails the test that it looks at a page for."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    sync_playwright,
)

from tests.conftest import Running

CHROMIUM = shutil.which("chromium")
PATIENCE_MS = 60_000
SUM = "a, b = map(int, input().split())\nprint(a + b)\n"
DIFFERENCE = "a, b = map(int, input().split())\nprint(a - b)\n"
SLOW_SUM = f"import time\ntime.sleep(0.3)\n{SUM}"
NO_SOCKETS = """WebSocket = class {
    constructor() { setTimeout(() => this.onclose({ code: 1006 }), 5); }
    close() {}
};"""
"""The browser's side of a proxy that lets none through."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, one for a session."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here")
    with sync_playwright() as playwright:
        # Programs of root's have no sandbox of the browser's own; all that it opens is ours.
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@dataclass
class Visitor:
    """Somebody with a browser of their own.

    forgiven: what the console may say, as a pattern; nothing by default.
    """

    judge: Running
    name: str
    context: BrowserContext
    forgiven: str = "(?!)"
    _complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Another tab."""
        page = self.context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._complaints.append(f"{error}"))
        page.on("request", self._watch)
        page.goto(self.judge.url + path)
        return page

    def check(self) -> None:
        """The console was silent, and no request left the host."""
        assert [said for said in self._complaints if not re.search(self.forgiven, said)] == []

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._complaints.append(f"{message.text} {message.location}")

    def _watch(self, request: Request) -> None:
        if not request.url.startswith(self.judge.url):
            self._complaints.append(f"asked for {request.url}")


Visit = Callable[..., Visitor]
_numbers = count(1)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Make visitors: ``visit(judge, width=390)``; options are those of a Playwright context."""
    made: list[Visitor] = []

    def visited(judge: Running, *, width: int = 1280, height: int = 800, **options: Any) -> Visitor:
        name = f"visitor-{next(_numbers)}"
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.add_cookies([{"name": "judge_name", "value": name, "url": judge.url}])
        made.append(Visitor(judge, name, context))
        return made[-1]

    yield visited
    for visitor in made:
        visitor.context.close()
        visitor.check()


def write(page: Page, code: str) -> None:
    """Put a program into the editor, as it is pasted."""
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(code)


def verdict(page: Page) -> Locator:
    """The words that tell how the submission that is shown stands."""
    return page.locator("#verdict [data-standing]")
