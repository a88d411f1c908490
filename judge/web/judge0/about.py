"""What Judge0 tells of itself: its languages, statuses, settings, load and machine."""

import platform
import time
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, request

from judge import __version__, workers
from judge.config import settings
from judge.errors import NotFound
from judge.judge0 import STATUSES, status_of
from judge.records import instant
from judge.runs import ledger as run_ledger
from judge.web.judge0.access import authorize
from judge.web.judge0.languages import languages
from judge.web.judge0.limits import NUMBERS
from judge.web.judge0.submissions import MOST_IN_BATCH

blueprint = Blueprint("judge0", __name__)

_COUNTED_FOR = timedelta(minutes=10)
_EXTRACTED_KIB = 1024


@blueprint.get("/languages", strict_slashes=False)
def list_languages() -> Response:
    """Those that can be used here."""
    usable = [language for language in languages().values() if language.ours]
    return jsonify([{"id": language.id, "name": language.name} for language in usable])


@blueprint.get("/languages/all", strict_slashes=False)
def list_all_languages() -> Response:
    """All of this edition, by name."""
    every = sorted(languages().values(), key=lambda language: language.name)
    return jsonify([{"id": each.id, "name": each.name, "is_archived": each.ours is None} for each in every])


@blueprint.get("/languages/<language_id>", strict_slashes=False)
def show_language(language_id: str) -> Response:
    """One of them, with the commands that are run for it here."""
    found = next((each for id_, each in languages().items() if str(id_) == language_id), None)
    if found is None:
        raise NotFound(f"there is no language {language_id!r}")
    shown = asdict(found)
    is_archived = shown.pop("ours") is None
    return jsonify(shown | {"is_archived": is_archived})


@blueprint.get("/statuses", strict_slashes=False)
def list_statuses() -> Response:
    """What a submission may come to."""
    return jsonify([{"id": id_, "description": description} for id_, description in STATUSES.items()])


@blueprint.get("/config_info", strict_slashes=False)
def show_config() -> Response:
    """What can be asked for here, by the names that Judge0's settings have."""
    numbers: dict[str, Any] = {}
    for name, kind in NUMBERS.items():
        allowed = int(kind.allowed) if kind.whole else kind.allowed
        numbers |= {name: min(kind.default, allowed), f"max_{name}": allowed}
    per_process = {
        f"{allow}enable_per_process_and_thread_{what}_limit": False
        for what in ("time", "memory")
        for allow in ("", "allow_")
    }
    told = {
        "maintenance_mode": False,
        "enable_wait_result": True,
        "enable_compiler_options": True,
        "allowed_languages_for_compile_options": [],
        "enable_command_line_arguments": True,
        "enable_submission_delete": True,
        "enable_callbacks": True,
        "callbacks_max_tries": 3,
        "callbacks_timeout": settings().webhook_timeout_s,
        "enable_additional_files": True,
        "max_queue_size": settings().max_pending or 100,
        **numbers,
        **per_process,
        "redirect_stderr_to_stdout": False,
        "max_extract_size": settings().max_run_archive_bytes // _EXTRACTED_KIB,
        "enable_batched_submissions": True,
        "max_submission_batch_size": min(MOST_IN_BATCH, settings().max_batch),
        "submission_cache_duration": 0,
        "use_docs_as_homepage": False,
        "allow_enable_network": False,
        "enable_network": False,
    }
    if settings().judge0_version.startswith("1.14"):
        told["disable_implicit_base64_encoding"] = not settings().judge0_implicit_base64
    return jsonify(told)


@blueprint.get("/about", strict_slashes=False)
def show_about() -> Response:
    """Which version this is like; clients choose their ids of languages by it."""
    return jsonify(
        version=settings().judge0_version,
        homepage=request.host_url,
        source_code=f"{request.host_url}docs",
        maintainer="whoever operates this judge",
    )


@blueprint.get("/version", strict_slashes=False)
def show_version() -> Response:
    """The version alone."""
    return _text(settings().judge0_version)


@blueprint.get("/isolate", strict_slashes=False)
def show_isolate() -> Response:
    """Which sandbox there is."""
    return _text(f"judge {__version__}: a sandbox of its own in place of isolate\n")


@blueprint.get("/license", strict_slashes=False)
def show_license() -> Response:
    """Whose software this is."""
    return _text(f"judge {__version__}. It speaks the API of Judge0, of which it contains nothing.\n")


@blueprint.get("/system_info", strict_slashes=False)
def show_system() -> Response:
    """The machine of this web process, as lscpu and free would tell of it; workers may be elsewhere."""
    return jsonify(_system())


@blueprint.get("/workers", strict_slashes=False)
def show_workers() -> Response:
    """How many slots there are and how many are busy, as workers of one queue."""
    waiting, _, _ = run_ledger.backlog()
    present = workers.present()
    slots, busy = sum(worker.slots for worker in present), sum(worker.busy for worker in present)
    queue = {"queue": settings().judge0_version, "size": waiting, "available": slots}
    return jsonify([{**queue, "idle": max(0, slots - busy), "working": busy, "paused": 0}])


@blueprint.get("/statistics", strict_slashes=False)
def show_statistics() -> Response:
    """How much was asked for, of what is still kept; counted anew every ten minutes."""
    if request.args.get("invalidate_cache") == "true":
        authorize()  # every run that is kept is counted
        _statistics.cache_clear()
    return jsonify(_statistics(int(time.time() // _COUNTED_FOR.total_seconds())))


@blueprint.post("/authenticate", strict_slashes=False)
def authenticate() -> Response:
    """200 for whoever has got as far as here."""
    return Response(status=HTTPStatus.OK, content_type="application/json")


@blueprint.post("/authorize", strict_slashes=False)
def check_authorization() -> Response:
    """200 for whoever may do everything."""
    authorize()
    return Response(status=HTTPStatus.OK, content_type="application/json")


@lru_cache(maxsize=1)
def _statistics(period: int) -> dict[str, Any]:
    """What is told in a period of ten minutes."""
    tallies, database_bytes = run_ledger.tallies()
    by_language: dict[int, int] = {}
    by_status: dict[int, int] = {}
    for tally in tallies:
        status = status_of(tally.state, tally.verdict, tally.signal)
        by_language[tally.language_id] = by_language.get(tally.language_id, 0) + tally.total
        by_status[status] = by_status.get(status, 0) + tally.total
    names = languages()
    at = datetime.now(UTC)
    return {
        "created_at": instant(at),
        "cached_until": instant(at + _COUNTED_FOR),
        "submissions": {
            "total": sum(tally.total for tally in tallies),
            "today": sum(tally.today for tally in tallies),
            "last_30_days": sum(tally.month for tally in tallies),
        },
        "languages": [
            {"language": {"id": id_, "name": names[id_].name if id_ in names else None}, "count": count}
            for id_, count in sorted(by_language.items(), key=lambda counted: -counted[1])
        ],
        "statuses": [
            {"status": {"id": id_, "name": STATUSES[id_]}, "count": count}
            for id_, count in sorted(by_status.items(), key=lambda counted: -counted[1])
        ],
        "database": {"size_pretty": f"{database_bytes // 1024} kB", "size_in_bytes": database_bytes},
    }


def _system() -> dict[str, str]:
    cpu = dict(_pairs(Path("/proc/cpuinfo").read_text().partition("\n\n")[0]))
    memory = dict(_pairs(Path("/proc/meminfo").read_text()))
    return {
        "Architecture": platform.machine(),
        "CPU(s)": str(len(Path("/proc/cpuinfo").read_text().split("\n\n")) - 1),
        "Model name": cpu.get("model name", ""),
        "CPU MHz": cpu.get("cpu MHz", ""),
        "Mem": memory.get("MemTotal", ""),
        "Swap": memory.get("SwapTotal", ""),
    }


def _pairs(text: str) -> list[tuple[str, str]]:
    parted = (line.partition(":") for line in text.splitlines())
    return [(name.strip(), value.strip()) for name, _, value in parted]


def _text(text: str) -> Response:
    return Response(text, content_type="text/plain; charset=utf-8")
