"""A problem is solved, from the list to its verdict, and what went wrong is shown on the way."""

import re

from playwright.sync_api import expect

from tests.conftest import REPOSITORY, Running
from tests.page.conftest import DIFFERENCE, PATIENCE_MS, SUM, Visit, verdict, write

expect.set_options(timeout=PATIENCE_MS)


def test_from_the_list_to_accepted(judge: Running, visit: Visit) -> None:
    """Looked for, opened, solved and marked as solved; the profile and the leaderboard tell of it."""
    visitor = visit(judge)
    page = visitor.open("/")
    rows = page.locator("#found tbody tr")
    there = judge.get("/problems")["items"]  # another test may have added one
    assert len(there) >= 12
    expect(rows).to_have_count(len(there))
    page.get_by_role("searchbox").fill("plus")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?q=plus$"))
    page.get_by_role("link", name="A Plus B").click()
    expect(page.locator(".statement math").first).to_be_visible()
    expect(page.locator("select#language")).to_have_value("python3")
    write(page, SUM)
    page.get_by_role("button", name="Submit").click()
    expect(verdict(page)).to_have_text("Accepted")
    expect(page.locator(".strip i.accepted")).to_have_count(12)
    page.get_by_role("tab", name="Your submissions").click()
    expect(page.locator("#history tbody tr")).to_have_count(1)
    page.goto(f"{judge.url}/problems?keyword=arithmetic")
    expect(rows).to_have_count(1)
    expect(page.locator(".mark .accepted")).to_have_count(1)
    page.goto(f"{judge.url}/users/{visitor.name}")
    expect(page.get_by_role("link", name="a-plus-b").first).to_be_visible()
    page.goto(f"{judge.url}/problems/a-plus-b/leaderboard")
    expect(page.get_by_role("row", name=visitor.name)).to_contain_text("1")


def test_a_wrong_answer_shows_its_difference(judge: Running, visit: Visit) -> None:
    """Of the first sample that is wrong: what was expected beside what was printed."""
    page = visit(judge).open("/problems/a-plus-b")
    write(page, DIFFERENCE)
    page.keyboard.press("Control+Enter")
    expect(verdict(page)).to_have_text("Wrong answer")
    difference = page.locator("#said .diff")
    expect(difference.locator("tr.gone")).to_contain_text("7")
    expect(difference.locator("tr.come")).to_contain_text("-1")
    page.reload()  # what has ended before anybody follows it has one, too
    expect(difference.locator("tr.gone")).to_contain_text("7")


def test_a_compile_error_leads_to_its_line(judge: Running, visit: Visit) -> None:
    """The compiler's words name a line, which is marked, and to which the cursor goes."""
    page = visit(judge).open("/problems/a-plus-b")
    write(page, "a = 1\nb = (2\nprint(a + b)\n")
    page.keyboard.press("Control+Enter")
    expect(verdict(page)).to_have_text("Compile error")
    expect(page.locator(".cm-marked")).to_have_text("b = (2")
    page.locator(".compiler a").click()
    expect(page.locator(".cm-activeLine")).to_have_text("b = (2")


def test_runs_on_samples_and_on_ones_own_input(judge: Running, visit: Visit) -> None:
    """Each sample is compared with its answer; another input only shows what is printed."""
    page = visit(judge).open("/problems/a-plus-b")
    write(page, SUM)
    page.keyboard.press("Control+'")
    expect(page.locator(".case .verdict.accepted")).to_have_count(2)
    page.get_by_role("tab", name="Run on").click()
    page.get_by_label("your own input", exact=True).check()
    page.get_by_role("textbox", name="Your own input").fill("20 22\n")
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".case pre").last).to_have_text("42\n")


def test_drafts_and_the_language_are_kept(judge: Running, visit: Visit) -> None:
    """Each language has its own draft, and its own beginning; another tab writes on at the same."""
    visitor = visit(judge)
    page = visitor.open("/problems/a-plus-b")
    write(page, "print('draft')")
    expect(page.locator("#draft")).to_have_text("Saved here")
    page.locator("#language").select_option("cpp")
    expect(page.locator(".cm-content")).to_contain_text("#include")
    page.reload()
    expect(page.locator("#language")).to_have_value("cpp")
    expect(page.locator(".cm-content")).to_contain_text("#include")
    page.locator("#language").select_option("python3")
    expect(page.locator(".cm-content")).to_have_text("print('draft')")
    second = visitor.open("/problems/a-plus-b")
    expect(second.locator(".cm-content")).to_have_text("print('draft')")
    write(second, "print('other')")
    expect(page.locator(".cm-content")).to_have_text("print('other')")
    page.get_by_role("button", name="Start over").click()
    expect(page.locator(".cm-content")).not_to_contain_text("other")


def test_a_language_that_cannot_be_fetched(judge: Running, visit: Visit) -> None:
    """Without a connection the text stays what it was, in its own language, and so do all drafts."""
    visitor = visit(judge)
    visitor.forgiven = "ERR_INTERNET_DISCONNECTED"
    page = visitor.open("/problems/a-plus-b")
    write(page, "print('draft')")
    expect(page.locator("#draft")).to_have_text("Saved here")
    page.locator("#language").select_option("cpp")
    expect(page.locator(".cm-content")).to_contain_text("#include")
    page.reload()
    expect(page.locator(".cm-content")).to_contain_text("#include")
    visitor.context.set_offline(True)
    page.locator("#language").select_option("python3")
    expect(page.locator("#said .problem")).to_contain_text("Still C++")
    expect(page.locator("#language")).to_have_value("cpp")
    page.locator(".cm-content").press("Control+End")
    page.keyboard.insert_text("// more")
    expect(page.locator("#draft")).to_have_text("Saved here")
    visitor.context.set_offline(False)
    page.locator("#language").select_option("python3")
    expect(page.locator(".cm-content")).to_have_text("print('draft')")
    page.locator("#language").select_option("cpp")
    expect(page.locator(".cm-content")).to_contain_text("// more")


def test_two_submissions_are_compared(judge: Running, visit: Visit) -> None:
    """A page of one submission shows its source, and what it changed since an earlier one."""
    visitor = visit(judge)
    for code in (DIFFERENCE, SUM):
        made = judge.submit("a-plus-b", "python3", code, user_id=visitor.name)
        judge.ended(made["id"])
    page = visitor.open(f"/submissions/{made['id']}")
    expect(page.locator("#tests tbody tr")).to_have_count(12)
    expect(page.locator(".source .line").nth(1)).to_have_text("print(a + b)\n")
    expect(page.locator(".source .tok-operator, .source .tok-number, .source .line").first).to_be_visible()
    page.locator("#against").select_option(index=1)
    expect(page.locator(".diff tr.gone mark")).to_have_text("-")
    expect(page.locator(".diff tr.come mark")).to_have_text("+")
    page.get_by_role("link", name="Go on from here").click()
    expect(page.locator(".cm-content")).to_contain_text("print(a + b)")


def test_going_on_from_a_submission_loses_no_draft(judge: Running, visit: Visit) -> None:
    """What was submitted becomes the draft, also after a reload; undoing brings the one before back."""
    visitor = visit(judge)
    made = judge.submit("a-plus-b", "python3", SUM, user_id=visitor.name)
    page = visitor.open("/problems/a-plus-b")
    write(page, "print('draft')")
    expect(page.locator("#draft")).to_have_text("Saved here")
    page.goto(f"{judge.url}/submissions/{made['id']}")
    page.get_by_role("link", name="Go on from here").click()
    expect(page.locator(".cm-content")).to_contain_text("print(a + b)")
    page.locator(".cm-content").click()
    page.keyboard.press("Control+z")
    expect(page.locator(".cm-content")).to_have_text("print('draft')")
    page.keyboard.press("Control+y")
    expect(page.locator(".cm-content")).to_contain_text("print(a + b)")
    page.wait_for_url(re.compile("/problems/a-plus-b$"))
    page.reload()
    expect(page.locator(".cm-content")).to_contain_text("print(a + b)")


def test_where_it_stands_among_the_accepted(judge: Running, visit: Visit) -> None:
    """CPU time and memory, each in a small chart."""
    visitor = visit(judge)
    code = (REPOSITORY / "problems/a-plus-b/submissions/accepted/sum.cpp").read_text()
    for _ in range(2):
        made = judge.submit("a-plus-b", "cpp", code, user_id=visitor.name)
        judge.ended(made["id"])
    page = visitor.open(f"/submissions/{made['id']}")
    expect(page.locator(".chart")).to_have_count(2)
    expect(page.locator(".chart rect.own")).to_have_count(2)
    figures = judge.get("/problems/a-plus-b/figures?language=cpp")
    assert sum(figures["cpu_time_s"]["counts"]) == figures["submissions"] >= 2


def test_a_long_program_keeps_to_its_place(judge: Running, visit: Visit) -> None:
    """It is scrolled within the editor; buttons and verdict stay where they are."""
    page = visit(judge).open("/problems/a-plus-b")
    write(page, SUM + "# a long remark\n" * 200)
    page.keyboard.press("Control+Enter")
    expect(verdict(page)).to_have_text("Accepted")
    expect(verdict(page)).to_be_in_viewport()
    page.get_by_role("button", name="Submit").click(trial=True)
    page.get_by_role("tab", name="Result").click(trial=True)
    expect(page.locator(".cm-line").last).to_be_in_viewport()  # where the cursor is
