"""Verifications as JUnit XML, which continuous integration shows: a suite a package, a case a check."""

import re
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from judge.judging.verification.report import ExampleReport, Report
from judge.packages.package import Note

CHECKS = ("problem.yaml", "statement", "data", "input_validators", "output_validator", "submissions")
"""What is checked of every package, beside each submission; errors belong to where their path begins."""

_NAMES = {"problem_statement": "statement", "output_validators": "output_validator"}
_UNFIT = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, "Characters"


def junit(reports: Sequence[Report]) -> str:
    """The whole document."""
    root = Element("testsuites")
    for report in reports:
        suite = SubElement(root, "testsuite", name=report.package)
        for case in (*_checks(report), *(_submission(report, example) for example in report.submissions)):
            case.set("classname", report.package)
            suite.append(case)
        for kind in ("failure", "skipped"):
            count = sum(case.find(kind) is not None for case in suite)
            suite.set("failures" if kind == "failure" else kind, str(count))
        suite.set("tests", str(len(suite)))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _checks(report: Report) -> Iterator[Element]:
    own = {f"submissions/{example.name}" for example in report.submissions}
    for check in CHECKS:
        errors = [note for note in report.errors if note[0] not in own and _check(note[0]) == check]
        warnings = [note for note in report.warnings if note[0] not in own and _check(note[0]) == check]
        yield _case(check, errors, warnings)


def _check(path: str) -> str:
    """The check that an error belongs to; what lies elsewhere is a matter of the whole package."""
    top = path.partition("/")[0]
    name = _NAMES.get(top, top)
    return name if name in CHECKS else "problem.yaml"


def _submission(report: Report, example: ExampleReport) -> Element:
    path = f"submissions/{example.name}"
    errors, warnings = (
        [note for note in notes if note[0] == path] for notes in (report.errors, report.warnings)
    )
    if not example.ok and not example.skipped and not errors:
        errors = [(path, reason) for reason in example.reasons]
    case = _case(path, errors, warnings)
    case.set("time", f"{example.cpu_time_s or 0:.3f}")
    if example.skipped:
        SubElement(case, "skipped", message=_fit("; ".join(example.reasons)))
    return case


def _case(name: str, errors: Sequence[Note], warnings: Sequence[Note]) -> Element:
    case = Element("testcase", name=name)
    for path, message in errors:
        SubElement(case, "failure", message=_fit(f"{path}: {message}"))
    if warnings:
        said = SubElement(case, "system-out")
        said.text = "\n".join(_fit(f"{path}: {message}") for path, message in warnings)
    return case


def _fit(text: str) -> str:
    return _UNFIT.sub("\ufffd", text)
