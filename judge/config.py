"""Every setting of the judge, with its default and the environment variable it is read from."""

import ipaddress
import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from limits import parse_many
from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from judge.errors import ConfigError

MIB = 1024 * 1024
_TOKEN_LETTERS = 20
LOOPBACK = ("127.0.0.1", "::1", "localhost")
"""How this machine is called by itself."""


def is_loopback(address: str) -> bool:
    """Whether nobody beyond this machine reaches an address."""
    try:
        return address == "localhost" or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _rate(text: str) -> str:
    if text:
        parse_many(text)  # which raises a ValueError that says what is wrong
    return text


Rate = Annotated[str, AfterValidator(_rate)]
"""As ``120/minute``, or several with a comma between them; empty: no limit."""


def _json(given: object) -> object:
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given or "{}")
    except ValueError as error:
        raise ValueError(f"is no JSON: {error}") from error


def listed(names: str) -> list[str]:
    """What a setting lists, separated by commas."""
    return [name.strip() for name in names.split(",") if name.strip()]


class Settings(BaseSettings):
    """What operators may set; names are environment variables, JUDGE_ where nothing else is said."""

    model_config = SettingsConfigDict(env_prefix="JUDGE_", populate_by_name=True, frozen=True)

    database_url: str = Field(
        default="",
        validation_alias=AliasChoices("DATABASE_URL"),
        description="PostgreSQL, or a pooler of it in session mode; empty: `judge up` starts an embedded one",
    )
    redis_url: str = Field(
        default="",
        validation_alias=AliasChoices("REDIS_URL"),
        description="Redis for pub/sub, caches and the queue; empty: `judge up` starts an embedded one",
    )
    celery_broker_url: str = Field(
        default="",
        validation_alias=AliasChoices("CELERY_BROKER_URL"),
        description="the queue's broker, if it is not REDIS_URL",
    )
    broker_options: Annotated[dict[str, Any], NoDecode, BeforeValidator(_json)] = Field(
        default={}, description="further options of the broker's transport, a JSON object"
    )
    port: int = Field(
        default=8000,
        ge=0,
        le=65535,
        validation_alias=AliasChoices("PORT"),
        description="port of the web process; 0 takes a free one",
    )
    web_concurrency: int = Field(
        default_factory=lambda: len(os.sched_getaffinity(0)),
        ge=1,
        validation_alias=AliasChoices("WEB_CONCURRENCY"),
        description="web processes",
    )
    secret_key: str = Field(
        default="",
        validation_alias=AliasChoices("SECRET_KEY"),
        description="Flask's secret; needed from the environment with JUDGE_AUTH=token",
    )
    home: Path = Field(default=Path(".judge"), description="data of embedded servers, caches, proofs")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="least level logged"
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="how a line is logged: for people, or an object for programs"
    )
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65532,
        description="where a worker serves its metrics; a courier does one above, beat two, an autoscaler "
        "three; 0: nowhere",
    )
    metrics_bind: str = Field(default="127.0.0.1", description="address of that port")
    metrics_token: str = Field(
        default="",
        description="bearer token that reads metrics and nothing else; without it the web's are for admins",
    )

    auth: Literal["none", "token"] = Field(
        default="none",
        description="none: loopback only, the client names its user_id; token: bearer tokens and sign-in",
    )
    registration: bool = Field(default=False, description="whether strangers may make themselves users")
    session_idle_s: float = Field(
        default=86400.0, ge=300, description="how long a browser session lasts that is not used"
    )
    session_max_s: float = Field(
        default=30 * 86400.0, ge=300, description="how long a browser session lasts, however much it is used"
    )
    recheck_s: float = Field(
        default=40.0, gt=0, description="how long an open stream outlives its revoked token or ended session"
    )
    bind: str = Field(default="127.0.0.1", description="address the web process listens on")
    hosts: str = Field(default="", description="further Host names to answer to, separated by commas")
    origins: str = Field(default="", description="further Origins to accept, separated by commas")
    proxies: int = Field(
        default=0, ge=0, description="reverse proxies in front whose X-Forwarded- headers are believed"
    )

    rate_work: Rate = Field(
        default="120/minute", description="POSTs of one user that make work; with tokens, or where it is set"
    )
    rate_requests: Rate = Field(
        default="1800/minute", description="requests of one user; with tokens, or where it is set"
    )
    rate_address: Rate = Field(
        default="3600/minute", description="requests from one address; with tokens, or where it is set"
    )
    rate_guess: Rate = Field(
        default="10 per 5 minute", description="wrong passwords for one user from one address"
    )
    max_pending: int = Field(
        default=100,
        ge=0,
        description="unfinished submissions and runs of one user; with tokens, or where it is set",
    )
    max_wait_s: float = Field(default=20.0, gt=0, description="longest wait of one long poll")
    max_streams: int = Field(
        default=5000, gt=0, description="open sockets, event streams and long polls of one web process"
    )
    socket_backlog: int = Field(
        default=1000, gt=0, description="events kept for a slow socket or event stream before it is closed"
    )

    max_code_bytes: int = Field(default=128 * 1024, gt=0, description="all files of one submission")
    max_body_bytes: int = Field(default=1 * MIB, gt=0, description="body of one HTTP request")
    max_batch: int = Field(default=100, gt=0, description="runs or submissions of one request")
    max_batch_bytes: int = Field(default=8 * MIB, gt=0, description="body of one run or of one batch")
    max_package_bytes: int = Field(default=256 * MIB, gt=0, description="zip of one problem package")
    max_unpacked_bytes: int = Field(default=2048 * MIB, gt=0, description="one problem package, unpacked")

    slots: int = Field(
        default_factory=lambda: len(os.sched_getaffinity(0)),
        ge=1,
        description="submissions and runs that one worker takes at once",
    )
    languages: str = Field(
        default="",
        description="languages to offer, by id, separated by commas; empty: all that are found",
    )
    lease_s: float = Field(
        default=15.0, gt=0, description="how long a silent worker keeps a submission or a run"
    )
    lease_renew_s: float = Field(
        default=5.0, gt=0, description="how often the judging child renews its lease"
    )
    max_attempts: int = Field(
        default=5, ge=1, description="lost attempts after which a submission or a run has failed"
    )
    target_wait_s: float = Field(
        default=10.0, gt=0, description="how long what waits may wait, which desired_workers aims at"
    )
    autoscale_every_s: float = Field(default=0.5, gt=0, description="how often `judge autoscale` looks")
    autoscale_hold_s: float = Field(
        default=60.0, ge=0, description="how long workers are kept that were needed at their last look"
    )
    autoscale_step_s: float = Field(
        default=2.0, ge=0, description="least time between two workers that `judge autoscale` lets go"
    )
    sweep_s: float = Field(default=2.0, gt=0, description="how often the sweeper looks for lost work")
    max_judging_s: float = Field(
        default=1500.0, gt=0, description="longest judging of one submission, and longest run"
    )
    verifying_slots: int = Field(
        default=0, ge=0, description="slots of a worker for verifications; 0: half of them"
    )
    max_verifying_s: float = Field(default=3600.0, gt=0, description="longest verification of one package")
    max_rejudged: int = Field(
        default=50_000, ge=1, description="submissions that one rejudging may judge anew"
    )
    rejudging_slice: int = Field(
        default=100, ge=1, description="submissions of one rejudging that are in the queue at once"
    )
    blob_cache_bytes: int = Field(default=4096 * MIB, gt=0, description="test data a worker keeps on disk")
    header_bytes: int = Field(
        default=1024 * MIB, ge=0, description="precompiled C++ headers a worker keeps on disk; 0 keeps none"
    )
    compile_cache_bytes: int = Field(
        default=1024 * MIB, ge=0, description="compiled programs a worker keeps on disk; 0 keeps none"
    )

    max_run_cpu_time_s: float = Field(
        default=30.0, gt=0, description="CPU time of a run without a problem, at most"
    )
    max_run_cpu_extra_time_s: float = Field(
        default=5.0, gt=0, description="how long a run goes on whose CPU time is over, at most"
    )
    max_run_wall_time_s: float = Field(default=60.0, gt=0, description="time by the clock of a run, at most")
    max_fed_run_wall_time_s: float = Field(
        default=600.0, gt=0, description="time by the clock of a run that is typed to, at most"
    )
    fed_run_wall_time_s: float = Field(
        default=60.0, gt=0, description="time by the clock of a run that is typed to and asks for none"
    )
    max_run_memory_bytes: int = Field(default=2048 * MIB, gt=0, description="memory of a run, at most")
    max_run_stack_bytes: int = Field(default=2048 * MIB, gt=0, description="stack of a run, at most")
    max_run_output_bytes: int = Field(default=1 * MIB, gt=0, description="what a run may print, at most")
    max_run_processes: int = Field(default=256, gt=0, description="processes and threads of a run, at most")
    max_run_file_bytes: int = Field(default=64 * MIB, gt=0, description="working folder of a run, at most")
    max_run_one_file_bytes: int = Field(
        default=64 * MIB, gt=0, description="each file in the working folder of a run, at most"
    )
    max_run_archive_bytes: int = Field(
        default=16 * MIB, gt=0, description="files of a run's archive, unpacked, all together"
    )
    max_run_compile_time_s: float = Field(
        default=60.0, gt=0, description="CPU time of a run's compiler, at most"
    )
    max_run_compile_memory_bytes: int = Field(
        default=2048 * MIB, gt=0, description="memory of a run's compiler, at most"
    )
    max_run_repeat: int = Field(default=20, gt=0, description="how often one run may be repeated")
    max_run_stdin_bytes: int = Field(
        default=1 * MIB,
        gt=0,
        description="stdin that is sent with a run, and apart from it its expected output",
    )
    max_run_input_bytes: int = Field(
        default=1 * MIB, gt=0, description="what can be typed to a run, all together"
    )
    max_open_runs: int = Field(default=2, gt=0, description="runs of one user that may be typed to at once")
    open_run_slots: int = Field(
        default=0, ge=0, description="slots of a worker for runs that are typed to; 0: half of them"
    )

    webhooks_per_user: int = Field(default=20, ge=0, description="webhooks that one user may have")
    webhook_allow: str = Field(
        default="",
        description="networks and host:port that webhooks may reach though they are not public, by commas",
    )
    webhook_retry_s: str = Field(
        default="5,30,120,600,1800,3600,7200,14400,28800,28800",
        description="seconds between the tries of one delivery, separated by commas; then it has failed",
    )
    webhook_timeout_s: float = Field(default=10.0, gt=0, le=60, description="longest request to a webhook")
    webhook_body_bytes: int = Field(
        default=256 * 1024,
        ge=4096,
        description="body of one delivery; of a longer one parts are left out",
    )
    webhook_backlog: int = Field(
        default=10_000, gt=0, description="deliveries of one webhook that wait; further ones fail at once"
    )
    webhook_disable_days: float = Field(
        default=5.0, gt=0, description="how long a webhook may do nothing but fail before it is disabled"
    )
    courier_threads: int = Field(default=16, ge=1, description="deliveries that one courier sends at once")
    courier_per_host: int = Field(default=2, ge=1, description="deliveries sent to one host at once")
    courier_per_user: int = Field(default=4, ge=1, description="deliveries of one user sent at once")

    flower_url: str = Field(
        default="", description="where operators find Flower, which their page links to; `judge up` knows it"
    )

    judge0_version: Literal["1.13.1", "1.13.1-extra", "1.14.0", "1.14.0-extra"] = Field(
        default="1.13.1", description="what /judge0 says it is; -extra has the other edition's languages"
    )
    judge0_implicit_base64: bool = Field(
        default=False, description="whether /judge0 takes and answers base64 unless told base64_encoded=false"
    )

    event_days: float = Field(default=7.0, gt=0, description="how long events are kept")
    draft_days: float = Field(
        default=30.0, gt=0, description="how long versions are kept that never became good"
    )
    run_hours: float = Field(default=24.0, gt=0, description="how long runs are kept")
    delivery_days: float = Field(default=7.0, gt=0, description="how long deliveries to webhooks are kept")
    cache_s: float = Field(
        default=3600.0, ge=1, description="how long answers are kept in Redis that do not change"
    )

    @model_validator(mode="after")
    def _leases_are_renewed_in_time(self) -> Self:
        if self.lease_renew_s > self.lease_s / 2:
            raise ValueError("JUDGE_LEASE_RENEW_S must be at most half of JUDGE_LEASE_S")
        return self

    @model_validator(mode="after")
    def _a_run_that_asks_for_nothing_may_run(self) -> Self:
        if self.fed_run_wall_time_s > self.max_fed_run_wall_time_s:
            raise ValueError("JUDGE_FED_RUN_WALL_TIME_S must be at most JUDGE_MAX_FED_RUN_WALL_TIME_S")
        return self

    @model_validator(mode="after")
    def _metrics_are_not_everybodys(self) -> Self:
        if not is_loopback(self.metrics_bind) and not self.metrics_token:
            raise ValueError("JUDGE_METRICS_BIND beyond loopback needs a JUDGE_METRICS_TOKEN")
        return self

    @field_validator("metrics_token")
    @classmethod
    def _is_long(cls, token: str) -> str:
        if token and len(token) < _TOKEN_LETTERS:
            raise ValueError(f"must have {_TOKEN_LETTERS} letters or more")
        return token

    @field_validator("flower_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        if url and not re.match(r"https?://[^/]", url):
            raise ValueError("must begin with http:// or https://")
        return url

    @field_validator("webhook_retry_s")
    @classmethod
    def _delays_are_numbers(cls, listed: str) -> str:
        if not re.fullmatch(r"[0-9]+(\.[0-9]+)?(\s*,\s*[0-9]+(\.[0-9]+)?)*", listed.strip()):
            raise ValueError("must be seconds, separated by commas")
        return listed

    @property
    def webhook_delays_s(self) -> tuple[float, ...]:
        """JUDGE_WEBHOOK_RETRY_S, taken apart."""
        return tuple(map(float, self.webhook_retry_s.split(",")))


@cache
def settings() -> Settings:
    """The settings of this process, read from its environment once. Raises ConfigError."""
    try:
        return Settings()
    except ValidationError as error:
        faults = (": ".join([*map(str, fault["loc"]), fault["msg"]]) for fault in error.errors())
        raise ConfigError("; ".join(faults)) from error
