"""Groups and scores: what is run, and what it adds up to."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from judge.judging.scoring import Marking, ScoreOutOfRange
from judge.judging.validating import Opinion
from judge.manifest import Group, Manifest, TestSpec
from judge.verdict import Verdict

AC, WA, TLE, RTE = (
    Verdict.ACCEPTED,
    Verdict.WRONG_ANSWER,
    Verdict.TIME_LIMIT_EXCEEDED,
    Verdict.RUNTIME_ERROR,
)

DATA = Group("", "", score="sum", ignore_sample=True, stops=False)
SAMPLE = Group("sample", "sample", score="sum", accept_score=0, stops=False)
SECRET = Group("secret", "secret", score="sum", most=100, stops=False)


def problem(*groups: Group, strict: bool = True, **tests: int) -> Manifest:
    """A problem of scores with so many tests in each group; its names have _ for /."""
    specs = [
        TestSpec(
            0, f"{group}/{number}", f"{group.replace('_', '/')}/{number}", "", "", group.replace("_", "/")
        )
        for group, count in tests.items()
        for number in range(1, count + 1)
    ]
    return Manifest("Scores", 1.0, tuple(specs), groups=groups, scoring=True, strict_scores=strict)


def marked(
    manifest: Manifest, verdicts: Mapping[str, Verdict], **opinions: Opinion
) -> tuple[Marking, list[str]]:
    """A judging in which the tests named end so and all others are accepted, and which tests were run."""
    marking, run = Marking(manifest), []
    for spec in manifest.tests:
        if marking.due(spec):
            run.append(spec.author_name)
            opinion = opinions.get(spec.author_name.replace("/", "_"), Opinion(accepted=True))
            marking.add(spec, verdicts.get(spec.author_name, AC), opinion)
    return marking, run


def easy_and_hard(**of_hard: object) -> Manifest:
    groups = (
        DATA,
        SAMPLE,
        SECRET,
        Group("secret/easy", "secret/group-1", score="pass-fail", most=30),
        Group("secret/hard", "secret/group-2", **{"score": "min", "most": 70, "accept_score": 70} | of_hard),  # type: ignore[arg-type]
    )
    return problem(*groups, sample=1, secret_easy=2, secret_hard=3)


def test_without_groups_the_first_error_ends_and_decides() -> None:
    """Nothing is run after the first test that is not accepted, and there is no score."""
    specs = tuple(TestSpec(number, f"secret/{number}", f"secret/{number}", "", "") for number in range(1, 4))
    marking, run = marked(Manifest("Plain", 1.0, specs), {"secret/2": TLE, "secret/3": WA})
    assert run == ["secret/1", "secret/2"]
    assert marking.ended() == (TLE, None)
    assert marking.results() == ()


def test_all_accepted_is_the_whole_score() -> None:
    """Every group gives what it has."""
    marking, run = marked(easy_and_hard(), {})
    assert len(run) == 6
    assert marking.ended() == (AC, 100)
    assert [
        (result.name, result.verdict, result.score, result.max_score) for result in marking.results()
    ] == [
        ("sample", AC, 0, None),
        ("secret", AC, 100, 100),
        ("secret/group-1", AC, 30, 30),
        ("secret/group-2", AC, 70, 70),
    ]


def test_a_group_that_fails_ends_alone() -> None:
    """The rest of a failed group is spared; the next group has its chance; the verdict is the failure's."""
    marking, run = marked(easy_and_hard(), {"secret/easy/1": WA})
    assert run == ["sample/1", "secret/easy/1", "secret/hard/1", "secret/hard/2", "secret/hard/3"]
    assert marking.ended() == (WA, 70)


def test_a_sample_costs_nothing() -> None:
    """Samples never count in a problem of scores."""
    marking, run = marked(easy_and_hard(), {"sample/1": RTE})
    assert len(run) == 6
    assert marking.ended() == (AC, 100)


def test_a_group_waits_for_those_that_it_requires() -> None:
    """What requires a failed group is not run, and counts as not accepted."""
    marking, run = marked(easy_and_hard(requires=("secret/easy",)), {"secret/easy/2": TLE})
    assert run == ["sample/1", "secret/easy/1", "secret/easy/2"]
    assert marking.ended() == (TLE, 0)
    assert marking.results()[-1].verdict is None


def test_the_sample_can_be_required_of_all() -> None:
    """Where nothing but the sample was run, its failure is the submission's."""
    secret = Group(
        "secret", "secret", score="sum", accept_score=50, most=100, stops=False, requires=("sample",)
    )
    marking, run = marked(problem(DATA, SAMPLE, secret, sample=1, secret=2), {"sample/1": WA})
    assert run == ["sample/1"]
    assert marking.ended() == (WA, 0)


@pytest.mark.parametrize(("mode", "score"), [("sum", 90), ("min", 0), ("max", 50), ("avg", 30)])
def test_scores_are_put_together_as_the_group_says(mode: str, score: float) -> None:
    """Three tests of 50, 40 by the validator, and 0."""
    secret = Group("secret", "secret", score=mode, accept_score=50, stops=False)  # type: ignore[arg-type]
    partly = Opinion(accepted=True, score="40")
    marking, _ = marked(problem(DATA, secret, secret=3), {"secret/3": WA}, secret_2=partly)
    assert marking.ended() == (WA, score)


@pytest.mark.parametrize(
    ("mode", "any_accepted", "verdict"),
    [
        ("first_error", False, WA),
        ("worst_error", False, RTE),
        ("always_accept", False, AC),
        ("worst_error", True, AC),
    ],
)
def test_the_verdict_of_older_packages(mode: str, any_accepted: bool, verdict: Verdict) -> None:
    """The modes of the default grader of the legacy format."""
    secret = Group("secret", "secret", verdict=mode, accept_if_any=any_accepted, stops=False)  # type: ignore[arg-type]
    marking, _ = marked(problem(DATA, secret, secret=4), {"secret/1": WA, "secret/2": RTE, "secret/3": TLE})
    assert marking.ended()[0] is verdict


def test_groups_nest() -> None:
    """A group of groups takes theirs as its members, and is ended by the first that fails."""
    groups = (
        DATA,
        Group("secret", "secret", stops=True),
        *(Group(f"secret/{name}", f"secret/{name}", accept_score=5) for name in ("a", "a/x", "a/y", "b")),
    )
    manifest = problem(*groups, secret_a_x=2, secret_a_y=2, secret_b=2)
    marking, run = marked(manifest, {"secret/a/y/1": WA})
    assert run == ["secret/a/x/1", "secret/a/x/2", "secret/a/y/1"]
    assert marking.ended() == (WA, 10)


def test_thorough_judging_runs_everything() -> None:
    """An author wants to know of every test."""
    manifest = easy_and_hard(requires=("secret/easy",))
    marking = Marking(manifest, thorough=True)
    for spec in manifest.tests:
        assert marking.due(spec)
        marking.add(spec, WA, Opinion(accepted=False))
    assert marking.ended() == (WA, 0)


def test_what_is_run_beyond_a_judging_does_not_count() -> None:
    """Groups that were not to be begun score nothing, and a group that has stopped scores nothing more."""
    after_easy = easy_and_hard(requires=("secret/easy",))
    stopping = problem(DATA, replace(SECRET, stops=True, accept_score=10), secret=3)
    for manifest, failed in (after_easy, "secret/easy/2"), (stopping, "secret/2"):
        ended = []
        for thorough in (False, True):
            marking = Marking(manifest, thorough=thorough)
            for spec in manifest.tests:
                if marking.due(spec):
                    verdict = WA if spec.author_name == failed else AC
                    marking.add(spec, verdict, Opinion(accepted=verdict == AC))
            ended.append((marking.ended(), marking.results()))
        assert ended[0] == ended[1]


@pytest.mark.parametrize("thorough", [False, True])
def test_thorough_judging_comes_to_the_same(thorough: bool) -> None:
    """What is run for the author alone changes neither verdict nor score."""
    manifest = easy_and_hard(requires=("secret/easy",))
    marking = Marking(manifest, thorough=thorough)
    for spec in manifest.tests:
        if marking.due(spec):
            verdict = WA if spec.author_name == "secret/easy/1" else AC
            marking.add(spec, verdict, Opinion(accepted=verdict is AC))
    assert marking.ended() == (WA, 0)
    assert [group.verdict for group in marking.results()] == [AC, WA, WA, None]


@pytest.mark.parametrize(
    ("group", "verdict", "opinion", "words"),
    [
        ({}, WA, Opinion(accepted=False, score="1"), "rejects"),
        ({}, AC, Opinion(accepted=True, score="1", multiplier="0.5"), "both"),
        ({"score": "pass-fail"}, AC, Opinion(accepted=True, score="1"), "pass-fail"),
        ({"accept_score": None}, AC, Opinion(accepted=True, multiplier="0.5"), "no maximum"),
        ({"accept_score": None}, AC, Opinion(accepted=True), "neither"),
        ({}, AC, Opinion(accepted=True, multiplier="1.5"), "not from 0 to 1"),
        ({}, AC, Opinion(accepted=True, score="10.5"), "not from 0 to 10"),
        ({}, AC, Opinion(accepted=True, score="-1"), "not from 0 to 10"),
        ({}, AC, Opinion(accepted=True, score="nan"), "no number"),
        ({"accept_score": None}, AC, Opinion(accepted=True, score="1e999"), "no number"),
        ({}, AC, Opinion(accepted=True, score=""), "no number"),
        ({"most": 5}, AC, Opinion(accepted=True), "not from"),
    ],
)
def test_scores_beyond_the_rules_are_a_fault_of_the_problem(
    group: Mapping[str, object], verdict: Verdict, opinion: Opinion, words: str
) -> None:
    """Never a verdict, and never cut to fit."""
    secret = Group("secret", "secret", **{"accept_score": 10.0} | group)  # type: ignore[arg-type]

    def judge() -> None:
        marking, _ = marked(problem(DATA, secret, secret=1), {"secret/1": verdict}, secret_1=opinion)
        marking.ended()

    with pytest.raises(ScoreOutOfRange, match=words):
        judge()


def test_a_multiplier_is_of_the_whole_score() -> None:
    """score_multiplier.txt of 0.25 in a group whose tests give 40 each."""
    secret = Group("secret", "secret", accept_score=40.0)
    quarter = Opinion(accepted=True, multiplier="2.5e-1\n")
    marking, _ = marked(problem(DATA, secret, secret=2), {}, secret_1=quarter)
    assert marking.ended() == (AC, 50)


def test_older_packages_score_as_they_like() -> None:
    """A score for a rejected test, and one beyond the usual one, are allowed there."""
    secret = Group("secret", "secret", stops=False)
    opinions = {"secret_1": Opinion(accepted=False, score="3"), "secret_2": Opinion(accepted=True, score="7")}
    marking, _ = marked(problem(DATA, secret, strict=False, secret=2), {"secret/1": WA}, **opinions)
    assert marking.ended() == (WA, 10)
