"""What a page is made of and by whom it may be seen, asked without a browser."""

import re
import tomllib
from html import unescape

import pytest
import requests
from playwright.sync_api import expect

from judge.web.pages.submissions import with_links
from tests.conftest import REPOSITORY, Running
from tests.page.conftest import PATIENCE_MS, SUM, Visit, verdict, write

expect.set_options(timeout=PATIENCE_MS)

HTML = {"Accept": "text/html"}
ASSETS = REPOSITORY / "judge/web/assets"
MOST_SCRIPT_BYTES = 200_000


def ask(judge: Running, path: str, **headers: str) -> requests.Response:
    """A page, as a browser asks for it."""
    return requests.get(judge.url + path, headers=HTML | headers, timeout=60)


def test_every_language_is_coloured() -> None:
    """A language that is offered stands in the editor's table, and no other does."""
    offered = tomllib.loads((REPOSITORY / "judge/languages.toml").read_text()).keys() - {"words"}
    table = (
        (ASSETS / "bundle/languages.js").read_text().partition("const LANGUAGES = {")[2].partition("\n};")[0]
    )
    coloured = re.findall(r"^  (\w+)[:,]", table, re.MULTILINE)
    assert sorted(coloured) == sorted(offered)


def test_a_page_loads_little_and_nothing_from_elsewhere(judge: Running, visit: Visit) -> None:
    """Less than 200 kB of script as it is sent, with the language that has most of it."""
    visitor = visit(judge)
    page = visitor.open("/problems/a-plus-b")
    page.locator("#language").select_option("cpp")
    expect(page.locator(".cm-content .tok-meta").first).to_be_visible()
    sizes = page.evaluate(
        """performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".js"))
            .map(({ encodedBodySize }) => encodedBodySize)"""
    )
    assert len(sizes) > 5
    assert sum(sizes) < MOST_SCRIPT_BYTES, sizes


def test_the_policy_is_strict(judge: Running) -> None:
    """No inline script, no eval, no other host; the editor's styles by a nonce, another each time."""
    policies = []
    for path in (
        "/problems",
        "/problems/a-plus-b",
        "/problems/a-plus-b",
        "/submissions",
        "/operations",
        "/nope",
    ):
        answer = ask(judge, path)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert not re.search(r"<script(?! type=\"(module|application/json)\")|\son\w+=|\sstyle=", answer.text)
        policies.append(policy)
    assert "nonce" not in policies[0]
    assert policies[1] != policies[2]


def test_assets_are_kept_for_good(judge: Running) -> None:
    """By an address that says what they are; compressed for whoever takes that. An old one still serves."""
    page = ask(judge, "/problems").text
    [path] = re.findall(r'href="(/assets/\w+/page/style.css)"', page)
    plain = requests.get(judge.url + path, headers={"Accept-Encoding": "identity"}, timeout=60)
    packed = requests.get(judge.url + path, headers={"Accept-Encoding": "gzip"}, timeout=60)
    assert plain.text == packed.text == (ASSETS / "page/style.css").read_text()
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "immutable" in packed.headers["Cache-Control"]
    old = requests.get(judge.url + re.sub("/assets/[^/]*", "/assets/0", path), timeout=60)
    assert old.headers["Cache-Control"] == "no-cache"
    for name in ("package.json", "page/../package.json", "build", "nope.js"):
        assert requests.get(f"{judge.url}/assets/0/{name}", timeout=60).status_code == 404


def test_errors_are_pages_for_browsers_alone(judge: Running) -> None:
    """Whoever asks for HTML gets a page; a program gets problem details, as anywhere."""
    for path in ("/nope", "/problems/nope", "/submissions/nope"):
        shown = ask(judge, path)
        assert (shown.status_code, shown.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
        told = requests.get(judge.url + path, timeout=60)
        assert (told.status_code, told.headers["Content-Type"]) == (404, "application/problem+json")
    told = ask(judge, "/api/v1/problems/nope")
    assert told.headers["Content-Type"] == "application/problem+json"


def test_how_a_samples_output_is_compared(judge: Running) -> None:
    """As the problem compares it; not at all where a program of its own decides."""
    exactly = {
        "case_sensitive": False,
        "space_change_sensitive": False,
        "float_absolute_tolerance": None,
        "float_relative_tolerance": None,
    }
    told = {id_: judge.get(f"/problems/{id_}") for id_ in ("a-plus-b", "best-average", "two-rooms")}
    compared = {id_: problem["samples"][0]["comparison"] for id_, problem in told.items()}
    assert compared["a-plus-b"] == exactly
    assert compared["best-average"]["float_absolute_tolerance"] > 0
    assert compared["two-rooms"] is None
    assert [problem["type"]["validated"] for problem in told.values()] == [False, False, True]


def test_what_somebody_wrote_is_text(judge: Running) -> None:
    """A program, what a compiler says of it, and what stands in an address are shown, and not run."""
    hostile = "<img src=x onerror=alert(1)>"
    made = judge.submit("a-plus-b", "c", f'#error "{hostile}"\n')
    judge.ended(made["id"])
    for path in (f"/submissions/{made['id']}", f"/problems?q={hostile}", f"/users/{hostile}"):
        answer = ask(judge, path)
        assert "<img src=x" not in answer.text, path


@pytest.mark.parametrize(
    ("said", "linked"),
    [
        ("main.c:3:14: error: no\n/code/main.c:4: and", [("3", "14"), ("4", "1")]),
        ('  File "main.py", line 12\n', [("12", "1")]),
        (" --> main.rs:5:9\n", [("5", "9")]),
        ("main.pas(7,3) Error", [("7", "1")]),
        ("stdio.h:3: not ours", []),
        ("main.c:1 " * 100_000, [("1", "1")] * 1000),
        ("a." * 500_000, []),
    ],
)
def test_lines_that_a_compiler_names(said: str, linked: list[tuple[str, str]]) -> None:
    """Those of the program's own files are links; however much is said, they are found as it is read."""
    html = "".join(with_links(said, ["main.c", "main.py", "main.rs", "main.pas"]))
    assert re.findall('data-line="(.*?)" data-column="(.*?)"', html) == linked
    assert unescape(re.sub("<.*?>", "", html)) == said


def test_signing_in(token_judge: Running, visit: Visit) -> None:
    """A closed page asks who is there, and then is the one that was asked for; a button signs out."""
    name, password = "paula", "correct horse battery"
    made = token_judge.request("POST", "/users", json={"user_id": name, "password": password})
    assert made.status_code == 201, made.text
    visitor = visit(token_judge)
    visitor.forgiven = "401|422"
    page = visitor.open("/problems/a-plus-b")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("Wrong name or password.")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{token_judge.url}/problems/a-plus-b")
    write(page, SUM)
    page.keyboard.press("Control+Enter")
    expect(verdict(page)).to_have_text("Accepted")
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.goto(f"{token_judge.url}/submissions")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_form_wants_its_token(token_judge: Running) -> None:
    """A cookie alone changes nothing; nor does a sign-in lead away from here."""
    name, password = "petra", "correct horse battery"
    token_judge.request("POST", "/users", json={"user_id": name, "password": password})
    with requests.Session() as session:
        fields = {"user_id": name, "password": password, "next": "//elsewhere.example"}
        entered = session.post(
            f"{token_judge.url}/sign-in", data=fields, headers=HTML, timeout=60, allow_redirects=False
        )
        assert (entered.status_code, entered.headers["Location"]) == (303, "/problems")
        page = session.get(f"{token_judge.url}/problems/a-plus-b", headers=HTML, timeout=60).text
        program = {"language": "python3", "code": SUM}
        url = f"{token_judge.url}/problems/a-plus-b"
        assert session.post(url, data=program, headers=HTML, timeout=60).status_code == 403
        [token, *_] = re.findall(r'name="csrf_token" value="(\w+)"', page)
        sent = session.post(
            url, data=program | {"csrf_token": token}, headers=HTML, timeout=60, allow_redirects=False
        )
        assert sent.status_code == 303, sent.text
        assert sent.headers["Location"].startswith("/submissions/")
