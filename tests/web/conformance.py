"""Hooks of schemathesis: what only this judge knows, put into the document and the data that are made of it.

CONFORMANCE: in the environment, a JSON object of ``problems`` and ``languages`` (file extension by id) that
may be submitted to, of ``files`` (what their paths need, by kind), of ``users`` who
must stay, and of ``package``, the path of a zip.
"""

import json
import os
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies
from schemathesis import Case, HookContext

KNOWN = json.loads(os.environ["CONFORMANCE"])
SUBMITTED = ("SubmissionIn", "ShortSubmissionIn", "RunIn")

PACKAGE = strategies.just(Path(KNOWN["package"]).read_bytes())
for media_type in ("application/zip", "application/octet-stream"):
    schemathesis.openapi.media_type(media_type, PACKAGE)


@schemathesis.hook
def before_load_schema(context: HookContext, raw_schema: dict[str, Any]) -> None:
    """Whatever is not described may not be answered; what is submitted to is there."""
    schemas = raw_schema["components"]["schemas"]
    for schema in schemas.values():
        if schema.get("type") == "object" and "properties" in schema:
            schema.setdefault("additionalProperties", False)
    rejudgings = raw_schema["paths"]["/api/v1/rejudgings"]["post"]["requestBody"]["content"]
    del rejudgings["application/json"]["examples"]  # they name submissions of another judge
    for name in SUBMITTED:
        properties = schemas[name]["properties"]
        for problem in properties.keys() & {"problem_id", "problemId"}:
            properties[problem].update(enum=KNOWN["problems"])
        properties["language"].update(enum=list(KNOWN["languages"]))


@schemathesis.hook
def map_case(context: HookContext, case: Case) -> Case:
    """In what is meant to be right: files that there are, names that their language wants, and new keys."""
    if case.method not in ("GET", "POST") and case.path_parameters.get("user_id") in KNOWN["users"]:
        case.path_parameters["user_id"] = "somebody"  # whoever asks is still needed
    if case.method == "DELETE" and case.path_parameters.get("problem_id") in KNOWN["problems"]:
        case.path_parameters["problem_id"] = "some-other"
    if case.meta is None or case.meta.generation.mode.is_negative:
        return case
    for kind, parameters in KNOWN["files"].items():
        if f"/{kind}" in case.operation.path:
            case.path_parameters.update(parameters)
    if case.operation.path.endswith("/events"):
        case.headers.pop("Last-Event-ID", None)  # only the server makes them
        case.query.pop("after", None)
    elif case.operation.path.endswith("/leaderboard"):
        case.query.pop("cursor", None)
    body = case.body = deepcopy(case.body)  # other cases are made of the same parts
    if isinstance(body, dict):
        make_sound(case.operation.path, body)
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = sha256(json.dumps(body).encode()).hexdigest()
    return case


def make_sound(path: str, body: dict[str, Any]) -> None:
    """What follows from the server's state and settings, and from one field for another."""
    if body.get("files"):
        extension = KNOWN["languages"][body["language"]]
        for index, file in enumerate(body["files"]):
            file["name"] = f"main{index or ''}{extension}"
    match path.split("/")[-1]:
        case "tokens":
            body |= {"scope": "read", "expires_at": "2999-12-31T23:59:59Z"}  # within everybody's reach
        case "runs":
            body |= {"repeat": 1, "limits": {}, "compile_options": [], "args": ["a"]}
            body.pop("archive", None)  # base64 of whatever is no zip
            if isinstance(body.get("comparison"), dict):
                body["comparison"].pop("lines", None)  # which stands alone
            body |= {"stdin_base64": None, "expected_output": body.get("expected_output") or ""}
        case "stdin":
            body |= {"data": "text", "base64": None}
        case "webhooks" | "{webhook_id}":
            body["url"] = "https://judge.example/hook"  # a name that nobody has
        case "rejudgings":
            for name in body.keys() - {"apply", "judge_by", "reason"}:
                del body[name]
            body |= {"problem_id": KNOWN["problems"][0], "dry_run": True}


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """What is meant to be wrong is so.

    Of a package schemathesis knows nothing that would be, and it leaves out a body that may be left out.
    """
    if case.meta is None or case.meta.generation.mode.is_positive:
        return
    if isinstance(case.body, bytes):
        case.body = case.body[:-1]
    elif (case.method, case.path.split("/")[-1]) == ("POST", "rejudge") and not isinstance(case.body, dict):
        case.body, case.media_type = ["none"], "application/json"
