"""Authors upload packages, watch them being verified, publish what is good, and have it judged by."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.conftest import Running
from tests.page.conftest import NO_SOCKETS, PATIENCE_MS, Visit, Visitor
from tests.page.packages import BROKEN, DISAGREES, ECHO, GOOD, LIVE, MISTAKEN, TESTS, packed, written
from tests.page.test_everybody import faults

expect.set_options(timeout=PATIENCE_MS)

HTML = {"Accept": "text/html"}


@pytest.fixture
def author(judge: Running, visit: Visit) -> Iterator[Visitor]:
    """Somebody whose problem is gone afterwards: others count what there is."""
    yield visit(judge)
    judge.request("DELETE", "/problems/echo?purge=true")


def upload(judge: Running, files: Any, *, ended: bool = True) -> int:
    """Send a package as programs do; its version, once it was verified."""
    sent = judge.request(
        "PUT", "/problems/echo", data=packed(files), headers={"Content-Type": "application/zip"}
    )
    assert sent.ok, sent.text
    number: int = sent.json()["version"]
    while ended and not judge.get(f"/problems/echo/versions/{number}")["verification"]["finished_at"]:
        judge.get(f"/problems/echo/versions/{number}/events?after_seq=9&wait=1")
    return number


def standing(page: Page) -> Any:
    return page.locator("[data-standing]")


def tab_to(page: Page, selector: str) -> None:
    """By the keyboard alone."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no Tab leads to {selector}")


def test_a_broken_package_is_refused(author: Visitor, tmp_path: Path) -> None:
    """Every fault is shown with its file, and nothing is kept."""
    author.forgiven = "422"
    page = author.open("/authoring")
    page.get_by_label("Package", exact=True).set_input_files(written(tmp_path, BROKEN))
    expect(page.get_by_label("Problem", exact=True)).to_have_value("echo")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="The package was refused")).to_be_visible()
    rows = page.locator("#refused tbody tr")
    expect(rows.filter(has_text="colour")).to_contain_text("problem.yaml")
    expect(rows.filter(has_text="data/secret/3")).to_have_count(1)
    assert faults(page) == []
    assert author.judge.request("GET", "/problems/echo/versions").status_code == 404
    page.get_by_label("Package", exact=True).set_input_files(written(tmp_path, {}, "nothing.zip"))
    page.get_by_role("button", name="Upload").click()
    expect(rows).not_to_have_count(2)


def test_a_file_whose_name_is_no_id(author: Visitor, tmp_path: Path) -> None:
    """Where none is written it stands for the problem all the same, so that its author is told what is."""
    author.forgiven = "422"
    page = author.open("/authoring")
    page.get_by_label("Package", exact=True).set_input_files(written(tmp_path, GOOD, "задача.zip"))
    expect(page.get_by_label("Problem", exact=True)).to_have_value("")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#refused")).to_contain_text("a problem's id is up to 64 of a-z")


def test_from_a_package_to_the_list_by_keys(author: Visitor, tmp_path: Path) -> None:
    """Upload, see the matrix fill, publish, and find it among the problems."""
    page = author.open("/problems")
    # Listened for in time: whoever begins together with the key may get the system's own dialogue.
    page.on("filechooser", lambda chooser: None)
    tab_to(page, 'a[href="/authoring"]')
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/authoring$"))
    tab_to(page, "#package")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(written(tmp_path, LIVE))
    tab_to(page, "#upload button")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/authoring/problems/echo/versions/1$"))
    expect(page.locator("#connection")).to_have_text("Live")
    cells = page.locator("[data-name='accepted/echo.py'] .cells i")
    expect(cells).to_have_count(TESTS)
    # Some, but not all: nobody has loaded the page anew.
    expect(page.locator("[data-name='accepted/echo.py'] [data-got]")).to_have_text(
        re.compile(rf"[2-7] of {TESTS}")
    )
    assert cells.first.get_attribute("class") == "accepted"
    expect(page.locator("#publish")).to_be_disabled()
    expect(page.locator("#why")).to_contain_text("once it is verified")
    expect(standing(page)).to_have_text("Verified")
    expect(page.locator("#said")).to_have_text("Verified")
    expect(page.locator("[data-name='wrong_answer/small.py'] .cells i.wrong_answer")).to_have_count(TESTS - 4)
    expect(page.locator("#connection")).to_have_text("")
    tab_to(page, "#publish")
    page.keyboard.press("Enter")
    expect(page.get_by_text("New submissions are judged by it.")).to_be_visible()
    page.goto(f"{author.judge.url}/problems?q=again")
    expect(page.locator("#found tbody tr")).to_have_count(1)
    assert author.judge.get("/problems/echo")["id"] == "echo"


def test_reloaded_in_the_middle_of_a_verification(author: Visitor) -> None:
    """The page goes on from where the log is, and a second tab shows the same."""
    number = upload(author.judge, LIVE, ended=False)
    page = author.open(f"/authoring/problems/echo/versions/{number}")
    got = "[data-name='accepted/echo.py'] [data-got]"
    expect(page.locator(got)).to_have_text(re.compile(f"[2-7] of {TESTS}"))
    page.reload()
    second = author.open(f"/authoring/problems/echo/versions/{number}")
    for each in (page, second):
        expect(each.locator(got)).to_have_text(re.compile(f"[2-8] of {TESTS}|Accepted"))
        expect(standing(each)).to_have_text("Verified")
        expect(each.locator(got)).to_have_text("Accepted")


def test_polls_where_there_is_no_socket(author: Visitor) -> None:
    """The matrix fills all the same."""
    author.forgiven = "WebSocket connection"
    author.context.add_init_script(NO_SOCKETS)
    number = upload(author.judge, LIVE, ended=False)
    page = author.open(f"/authoring/problems/echo/versions/{number}")
    expect(page.locator("#connection")).to_have_text("Asking now and then")
    expect(standing(page)).to_have_text("Verified")
    expect(page.locator("[data-name='accepted/echo.py'] .cells i.accepted")).to_have_count(TESTS)


def test_what_disagrees_cannot_be_published(author: Visitor) -> None:
    """The button says why; what came out stands beside what was expected."""
    number = upload(author.judge, DISAGREES)
    page = author.open(f"/authoring/problems/echo/versions/{number}")
    expect(standing(page)).to_have_text("Rejected")
    expect(page.locator("#publish")).to_be_disabled()
    expect(page.locator("#publish")).to_have_accessible_description(re.compile("upload the package again"))
    row = page.locator("tr.wrong")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("accepted/echo.py")
    expect(row.locator("[data-got]")).to_contain_text("Wrong answer")
    expect(page.locator(".notes").first).to_contain_text("submissions/accepted/echo.py")
    url = f"{author.judge.url}/authoring/problems/echo/versions/{number}/publish"
    assert requests.post(url, headers=HTML, timeout=60).status_code == 409


def test_versions_and_a_way_back(author: Visitor) -> None:
    """An earlier version that was verified can be published again."""
    judge = author.judge
    first, second = upload(judge, GOOD), upload(judge, GOOD | {"statement/problem.en.md": "Say it twice."})
    page = author.open("/authoring/problems/echo")
    for number in (second, first):
        page.get_by_role("button", name=f"Publish version {number}").click()
        page.get_by_role("link", name="echo").click()
        expect(page.locator("tr.own")).to_contain_text(f"Version {number}")
    assert [each["current"] for each in judge.get("/problems/echo/versions")["items"]] == [False, True]
    page.get_by_role("link", name=f"Version {second}").click()
    page.get_by_role("button", name="Verify again").click()
    expect(page.locator("#progress")).to_be_visible()
    expect(standing(page)).to_have_text("Verified")


def test_a_rejudging_is_looked_at_before_it_counts(author: Visitor) -> None:
    """Whom it concerns, then what it changes, and only then does it count."""
    judge = author.judge
    wrong, right = upload(judge, MISTAKEN), upload(judge, GOOD)
    assert judge.request("POST", f"/problems/echo/versions/{wrong}/publish").ok
    made = judge.submit("echo", "python3", ECHO, user_id=author.name)
    assert judge.ended(made["id"])["verdict"] == "wrong_answer"
    assert judge.request("POST", f"/problems/echo/versions/{right}/publish").ok
    page = author.open("/authoring/problems/echo")
    page.get_by_role("link", name="Judge submissions anew").click()
    page.get_by_label("Verdict").select_option("accepted")
    page.get_by_role("button", name="Count").click()
    expect(page.get_by_text("No submission that has ended is like that.")).to_be_visible()
    page.get_by_label("Verdict").select_option("wrong_answer")
    page.get_by_role("button", name="Count").click()
    expect(page.locator(".counts")).to_contain_text("Wrong answer 1")
    page.get_by_label("Reason").fill("an answer was wrong")
    page.get_by_role("button", name="Judge them for a preview").click()
    expect(page.get_by_role("heading", name="waits for your word")).to_be_visible()
    expect(page.locator("[data-changed]")).to_have_text("1")
    expect(page.get_by_role("row", name=author.name)).to_contain_text("Accepted")
    assert judge.get(f"/submissions/{made['id']}")["verdict"] == "wrong_answer"
    assert faults(page) == []
    page.get_by_role("button", name="Have it count").click()
    expect(page.get_by_role("heading", name=re.compile("counts$"))).to_be_visible()
    assert judge.get(f"/submissions/{made['id']}")["verdict"] == "accepted"
    page.get_by_role("link", name="echo").click()
    expect(page.get_by_role("row", name="an answer was wrong")).to_contain_text("counts")


def test_without_script(judge: Running, visit: Visit, author: Visitor, tmp_path: Path) -> None:
    """A form sends the package, faults are a page, and the version's page comes again by itself."""
    visitor = visit(judge, java_script_enabled=False)
    visitor.forgiven = "422"
    page = visitor.open("/authoring")
    page.get_by_label("Package", exact=True).set_input_files(written(tmp_path, BROKEN))
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#refused tbody tr").filter(has_text="colour")).to_contain_text("problem.yaml")
    page.get_by_label("Package", exact=True).set_input_files(written(tmp_path, GOOD))
    page.get_by_role("button", name="Upload").click()
    expect(page).to_have_url(re.compile("/authoring/problems/echo/versions/1$"))
    expect(standing(page)).to_have_text("Verified")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("New submissions are judged by it.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_hinders(judge: Running, visit: Visit, author: Visitor, scheme: str, width: int) -> None:
    """Axe finds nothing serious, and no page is wider than the screen."""
    good, bad = upload(judge, GOOD), upload(judge, DISAGREES)
    assert judge.request("POST", f"/problems/echo/versions/{good}/publish").ok
    judge.ended(judge.submit("echo", "python3", ECHO)["id"])
    body = {"problem_id": "echo", "apply": "by_hand", "reason": "to look at"}
    rejudging = judge.request("POST", "/rejudgings", json=body).json()["id"]
    visitor = visit(judge, width=width, color_scheme=scheme)
    of_problem = "/authoring/problems/echo"
    paths = ["/authoring", of_problem, f"{of_problem}/versions/{good}", f"{of_problem}/versions/{bad}"]
    for path in (*paths, f"{of_problem}/rejudge", f"/authoring/rejudgings/{rejudging}"):
        page = visitor.open(path)
        assert faults(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_only_authors_are_led_there(token_judge: Running, visit: Visit) -> None:
    """Others see no link to it, and are refused; an author's form without its token is refused as well."""
    password = "correct horse battery"
    for name, role in (("solver", "user"), ("arthur", "author")):
        made = token_judge.request(
            "POST", "/users", json={"user_id": name, "password": password, "role": role}
        )
        assert made.status_code == 201, made.text
    for name, led in (("solver", 0), ("arthur", 1)):
        visitor = visit(token_judge)
        visitor.forgiven = "401|403"
        page = visitor.open("/problems")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Problems")).to_be_visible()
        expect(page.get_by_role("navigation").get_by_role("link", name="Authoring")).to_have_count(led)
        page.goto(f"{token_judge.url}/authoring")
        expect(page.get_by_role("heading", name="Authoring" if led else "Forbidden")).to_be_visible()
    page.get_by_label("Package", exact=True).set_input_files(
        {"name": "echo.zip", "mimeType": "application/zip", "buffer": packed(BROKEN)}
    )
    page.get_by_role("button", name="Upload").click()
    visitor.forgiven += "|422"
    expect(page.locator("#refused tbody tr").filter(has_text="colour")).to_have_count(1)


def test_a_form_with_a_file_wants_its_token(token_judge: Running) -> None:
    """The token comes before the file; without it nothing of the file is read."""
    password = "correct horse battery"
    account = {"user_id": "agatha", "password": password, "role": "author"}
    assert token_judge.request("POST", "/users", json=account).status_code == 201
    url = f"{token_judge.url}/authoring"
    with requests.Session() as session:
        session.post(
            f"{token_judge.url}/sign-in", data={"user_id": "agatha", "password": password}, timeout=60
        )
        page = session.get(url, headers=HTML, timeout=60).text
        [token, *_] = re.findall(r'name="csrf_token" value="(\w+)"', page)
        file = {"package": ("echo.zip", packed(BROKEN))}
        for fields, status in (({}, 403), ({"csrf_token": "nope"}, 403), ({"csrf_token": token}, 422)):
            sent = session.post(url, data=fields, files=file, headers=HTML, timeout=60)
            assert sent.status_code == status, fields
        assert "colour" in sent.text
