"""What the API answers, as the OpenAPI document describes it; nothing is checked by these at run time.

A field with a default is one that may be missing from an answer.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from judge.accounts.scopes import Role, Scope
from judge.verdict import State, Verdict, VerificationState, VersionState
from judge.web.schemas import Id, Text, UserName


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    pointer: str = Field(description="JSON pointer into the body, a parameter's name, or a path in a package")
    detail: str = Field(description="what to do about it")


class Problem(BaseModel):
    """Any answer that is an error: RFC 9457 problem details."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    errors: list[Fault]
    request_id: str = Field(description="as in X-Request-Id, and in what was logged")


class TestResult(BaseModel):
    """How one test ended; below the role of author, secret tests tell neither name nor exit code."""

    index: int
    name: str
    verdict: Verdict
    cpu_time_s: float
    wall_time_s: float
    memory_bytes: int
    exit_code: int | None
    signal: int | None
    message: str | None
    score: float | None
    repeated_cpu_s: list[float] | None = Field(description="each of three runs, of one close to its limit")
    group: str = Field(default="", description="told to authors alone")
    judge_message: str | None = Field(default=None, description="told to authors alone")


class GroupResult(BaseModel):
    """How one group of tests ended."""

    name: str
    verdict: Verdict | None
    score: float | None
    max_score: float | None


class FormerJudgement(BaseModel):
    """How a submission was judged that is being judged anew."""

    verdict: Verdict | None
    score: float | None
    attempt: int
    cpu_time_s: float | None
    wall_time_s: float | None
    memory_bytes: int | None
    test_count: int
    version: int
    started_at: datetime | None
    finished_at: datetime | None


class Submission(BaseModel):
    """A submission as it stands; the verdict is null until the state is done."""

    id: Id
    problem_id: str
    user_id: UserName
    language: str
    state: State
    verdict: Verdict | None
    score: float | None
    attempt: int
    cpu_time_s: float | None = Field(description="the largest over the tests")
    wall_time_s: float | None
    memory_bytes: int | None
    compile_output: str | None
    test_count: int
    version: int = Field(description="of the problem, by which it is judged")
    tests: list[TestResult]
    groups: list[GroupResult] | None
    former: FormerJudgement | None = Field(description="which counts until it is judged anew")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class SubmissionPage(BaseModel):
    """Submissions, the newest first."""

    items: list[Submission]
    next_cursor: str | None


class AnsweredSubmission(BaseModel):
    """The answer to one of several: the submission, or what is wrong with it."""

    status: int
    submission: Submission | None = None
    problem: Problem | None = None


class SubmissionBatch(BaseModel):
    """The answers to several, in their order."""

    items: list[AnsweredSubmission]


class SourceFile(BaseModel):
    """One file of a source."""

    name: str
    content: Text


class Source(BaseModel):
    """What was submitted."""

    id: Id
    language: str
    files: list[SourceFile]
    entry_point: str | None


class Limits(BaseModel):
    """What a submission may take."""

    time_limit_s: float
    memory_bytes: int
    output_bytes: int
    code_bytes: int


class ProblemType(BaseModel):
    """How a problem is judged."""

    scoring: bool
    interactive: bool
    multi_pass: bool
    validated: bool = Field(description="a program of the problem's own says what is right")


class ProblemSummary(BaseModel):
    """A problem as lists show it."""

    id: str
    name: str
    keywords: list[str]
    limits: Limits
    test_count: int
    type: ProblemType
    max_score: float | None


class ProblemPage(BaseModel):
    """Problems in the order of their ids."""

    items: list[ProblemSummary]
    next_cursor: str | None


class Comparison(BaseModel):
    """How an output is compared with the answer, as POST /runs takes it."""

    case_sensitive: bool
    space_change_sensitive: bool
    float_absolute_tolerance: float | None
    float_relative_tolerance: float | None


class Sample(BaseModel):
    """A test that everybody may see; a dialogue where the problem is interactive."""

    name: str
    input: str
    answer: str
    comparison: Comparison | None = Field(
        default=None, description="null where more than one output may be right, or it is no test"
    )
    interaction: str = ""


class Attachment(BaseModel):
    """A file for contestants."""

    name: str
    url: str
    size_bytes: int


class FullProblem(ProblemSummary):
    """A problem with its statement in one language; templates are programs to begin with, by language."""

    version: int
    languages: list[str] = Field(description="languages of the statement")
    statement_language: str
    statement: str = Field(description="Markdown or LaTeX; empty where the statement is a PDF")
    statement_html: str
    statement_pdf: str | None
    samples: list[Sample]
    allowed_languages: list[str] | None
    included_languages: list[str] = Field(
        description="in which the problem adds files of its own to a submission; default: in all of them"
    )
    templates: dict[str, str]
    attachments: list[Attachment]


class Keyword(BaseModel):
    """A keyword, and how many problems have it."""

    keyword: str
    problems: int


class KeywordList(BaseModel):
    """The keywords of most problems first."""

    items: list[Keyword]


class SolvedProblem(BaseModel):
    """A problem that somebody has solved."""

    problem_id: str


class SolvedPage(BaseModel):
    """Problems that somebody has solved, in the order of their ids."""

    items: list[SolvedProblem]
    next_cursor: str | None


class Figures(BaseModel):
    """What accepted submissions took: as many as there are bars, each from one bound to the next."""

    bounds: list[float] = Field(description="one more than there are counts")
    counts: list[int]


class AcceptedFigures(BaseModel):
    """How fast and how small the latest accepted submissions are; figures are null where there are none."""

    submissions: int
    cpu_time_s: Figures | None
    memory_bytes: Figures | None


class PackageNote(BaseModel):
    """Something about one file of a package."""

    path: str
    message: str


class Version(BaseModel):
    """A version of a problem; the current one judges new submissions."""

    problem_id: str
    version: int
    state: VersionState
    current: bool
    warnings: list[PackageNote]
    created_at: datetime


class NewestVersion(Version):
    """The newest version of a problem; current_version is null where the problem is not listed."""

    name: str
    current_version: int | None


class NewestVersionPage(BaseModel):
    """A version of each problem, the newest first."""

    items: list[NewestVersion]
    next_cursor: str | None


class VersionList(BaseModel):
    """The versions of a problem, the newest first."""

    items: list[Version]


class ExampleGroup(BaseModel):
    """A package's own submission on the tests of one group."""

    name: str
    expected: list[str]
    required: list[str]
    got: dict[str, int]
    ok: bool
    cpu_time_s: float | None
    score: float | None


class ExampleResult(BaseModel):
    """A package's own submission against what its author expects of it."""

    name: str
    language: str | None
    expected: list[str]
    got: str | None
    score: float | None
    ok: bool
    cpu_time_s: float | None
    memory_bytes: int | None
    first_failed_test: str | None
    groups: list[ExampleGroup]
    tests: list[Verdict] = Field(default=[], description="on each test of the report")
    reasons: list[str]
    skipped: bool


class Safety(BaseModel):
    """How far the time limit is from submissions that must be in time, and from those that must be late."""

    slowest_s: float
    slowest: str
    needed_s: float
    late_from_s: float
    fastest_s: float | None
    fastest: str | None


class Report(BaseModel):
    """What a verification has found; an error makes it red, a warning does not."""

    package: str
    ok: bool
    time_limit_s: float | None
    errors: list[PackageNote]
    warnings: list[PackageNote]
    safety: Safety | None
    tests: list[str] = Field(default=[], description="by their author's names")
    submissions: list[ExampleResult]


class Verification(BaseModel):
    """A verification as it stands; the report is there once it is done."""

    id: Id
    state: VerificationState
    ok: bool | None
    attempt: int
    report: Report | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class VerifiedVersion(Version):
    """A version with its latest verification."""

    verification: Verification | None


class Upload(BaseModel):
    """What has become of a package that was uploaded."""

    problem_id: str
    version: int
    state: VersionState
    verification_id: Id | None


class Language(BaseModel):
    """A language that a worker has proven; limits of a problem are lifted for what its runtime takes."""

    id: Id
    name: str
    version: str
    source: str = Field(description="the name of a single file")
    extensions: list[str]
    compile: list[str]
    run: list[str]
    compile_options: list[str] = Field(description="that a run may choose from")
    variant_of: str | None
    startup_s: float
    time_multiplier: float
    memory_multiplier: float
    memory_floor_bytes: int
    reason: str | None


class LanguageList(BaseModel):
    """Every language that a worker has proven."""

    items: list[Language]


class Worker(BaseModel):
    """A worker that was heard of lately."""

    name: str
    slots: int
    busy: int
    languages: list[str]
    sandbox: str


class Ranked(BaseModel):
    """A user's place on a leaderboard; who has reached as much, but later, comes after."""

    rank: int
    user_id: UserName
    solved: int
    score: float
    reached_at: datetime


class Leaderboard(BaseModel):
    """Users, the best first."""

    items: list[Ranked]
    next_cursor: str | None


class Unserved(BaseModel):
    """Work that no present worker takes."""

    language: str
    queued: int


class Queue(BaseModel):
    """How much waits, how much runs, and on whom."""

    queued: int
    running: int
    oldest_queued_s: float | None
    workers: list[Worker]
    desired_workers: int = Field(
        description="workers of the present size that would have the queue empty in time"
    )
    unserved: list[Unserved] = Field(description="what stays queued until a worker comes that can judge it")


class User(BaseModel):
    """Somebody who may sign in."""

    id: UserName
    role: Role
    disabled: bool
    has_password: bool
    created_at: datetime


class UserPage(BaseModel):
    """Users in the order of their names."""

    items: list[User]
    next_cursor: str | None


class Token(BaseModel):
    """What is known of a token, which is not the token itself."""

    id: Id
    name: str
    scope: Scope
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class NewToken(Token):
    """A token that was made just now."""

    token: str = Field(description="shown this once")


class TokenList(BaseModel):
    """A user's tokens, the oldest first; there are never more than a page of them."""

    items: list[Token]
    next_cursor: None


class Session(BaseModel):
    """Who is asking; user_id is null for a stranger."""

    user_id: UserName | None
    role: Role | None
    expires_at: datetime | None
    csrf_token: str | None = Field(
        description="for the header X-CSRF-Token, where a cookie says who is asking"
    )
    scopes: list[Scope]
    auth: Literal["none", "token"]
    registration: bool


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"]


class Readiness(Health):
    """The process can serve; what it does without for the moment is degraded."""

    degraded: list[Literal["redis"]]
