"""What all pages share: who looks at them, what they may load, and how figures are written."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, g, render_template, request

from judge.accounts import ANONYMOUS, USER_ID
from judge.cache import Read
from judge.config import settings
from judge.languages import table
from judge.verdict import ENDED, State, Verdict
from judge.web.asking import account, credential
from judge.web.pages.assets import asset, has_editor
from judge.web.pages.statement import dialogue

NOTHING = "\N{EN DASH}"
"""What stands in the place of a figure that there is not."""

NAME_COOKIE, LANGUAGE_COOKIE = "judge_name", "judge_language"

WORDS = {
    Verdict.ACCEPTED: "Accepted",
    Verdict.WRONG_ANSWER: "Wrong answer",
    Verdict.TIME_LIMIT_EXCEEDED: "Time limit exceeded",
    Verdict.MEMORY_LIMIT_EXCEEDED: "Memory limit exceeded",
    Verdict.OUTPUT_LIMIT_EXCEEDED: "Output limit exceeded",
    Verdict.RUNTIME_ERROR: "Runtime error",
    Verdict.COMPILE_ERROR: "Compile error",
    State.QUEUED: "Queued",
    State.COMPILING: "Compiling",
    State.RUNNING: "Running",
    State.FAILED: "Could not be judged",
    State.CANCELLED: "Cancelled",
}
"""How a submission stands, in a reader's words."""


@dataclass(frozen=True)
class Viewer:
    """Who looks at a page. user_id: None for a stranger. role: None where there are no accounts.

    has_accounts: otherwise the name is only a name, which a cookie remembers. operates: may see how the judge
    does.
    """

    user_id: str | None
    role: str | None
    csrf_token: str
    has_accounts: bool
    operates: bool = False

    @property
    def is_author(self) -> bool:
        """Whether they may see and change versions of problems."""
        return not self.has_accounts or self.role in ("author", "admin")


def register(app: Flask) -> None:
    """Let templates write figures, and name assets."""
    app.jinja_env.globals.update(asset=asset, WORDS=WORDS, ENDED=ENDED, standing=standing)
    app.jinja_env.filters.update(
        seconds=seconds, size=size, instant=instant, plain=plain, dialogue=dialogue, language=language
    )


def viewer() -> Viewer:
    """Who looks at the page of this request."""
    if settings().auth == "none":
        name = request.cookies.get(NAME_COOKIE, "")
        return Viewer(
            name if USER_ID.fullmatch(name) else ANONYMOUS, None, "", has_accounts=False, operates=True
        )
    asker, shown = account(), credential()
    if asker is None:
        return Viewer(None, None, "", has_accounts=True)
    csrf_token = shown.csrf_token if shown and shown.kind == "session" else ""
    return Viewer(asker.user_id, asker.role, csrf_token, has_accounts=True, operates=asker.is_admin)


def user_id() -> str:
    """In whose name the viewer of a page that is not open acts."""
    return viewer().user_id or ANONYMOUS


def page(template: str, status: HTTPStatus = HTTPStatus.OK, **told: Any) -> Response:
    """A page of a template; it loads and sends nothing but from and to this host."""
    html = render_template(template, viewer=viewer(), editor=has_editor(), here=request.path, **told)
    response = Response(html, status, content_type="text/html; charset=utf-8")
    styles = f"'self' 'nonce-{g.nonce}'" if "nonce" in g else "'self'"
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self'; style-src {styles}; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    # Not no-referrer: forms would come with the Origin null, which is refused.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def nonce() -> str:
    """What the styles that the editor makes are let through by."""
    g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def body(found: Read) -> Any:
    """What the API would answer."""
    return json.loads(found.entry.body)


def standing(submission: Any) -> str:
    """How a submission stands, in one word of ours: its verdict, or its state until it has one."""
    return str(submission.verdict or submission.state)


def language(id_: str) -> str:
    """What a language is called, if there still is one of this id."""
    known = table().get(id_)
    return known.name if known else id_


def seconds(value: float | None) -> str:
    """A time as short as it can be said."""
    if value is None:
        return NOTHING
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def size(value: float | None) -> str:
    """A number of bytes as short as it can be said."""
    if value is None:
        return NOTHING
    for unit in ("B", "KiB", "MiB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.3g} {unit}"
        value /= 1024
    return f"{value:.3g} GiB"


def plain(value: float | None) -> str:
    """A number without a decimal point that says nothing."""
    return NOTHING if value is None else f"{value:.10g}"


def instant(value: Any) -> Mapping[str, str]:
    """An instant for programs and for people, who are shown it in their own time by a script."""
    iso = value if isinstance(value, str) else value.isoformat(timespec="milliseconds")
    return {"iso": iso, "text": f"{iso[:10]} {iso[11:16]} UTC"}
