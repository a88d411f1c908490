"""The Flask application: a factory that only wires."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from judge import log_lines, redis_checks
from judge.config import MIB, is_loopback, settings
from judge.db import database_url
from judge.errors import ConfigError
from judge.queue import broker_url
from judge.web import (
    asking,
    batches,
    catalog,
    cors,
    describing,
    docs,
    events,
    faults,
    figures,
    health,
    idempotent,
    interventions,
    judge0,
    leaderboards,
    metrics,
    operations,
    pages,
    piston,
    problems,
    rejudgings,
    request_ids,
    response_headers,
    runs,
    sign_in,
    socket,
    submissions,
    throttling,
    user_tokens,
    users,
    versions,
    webhooks,
)
from judge.webhooks import reach

API = "/api/v1"


def create_app() -> Flask:
    """The application. Raises ConfigError where the settings would make it unsafe to serve."""
    check_settings()
    log_lines.begin("web")
    redis_checks.check_at_start()
    app = Flask(__name__, static_folder=None)
    app.config["SECRET_KEY"] = settings().secret_key
    app.config["MAX_CONTENT_LENGTH"] = settings().max_body_bytes
    app.config["SOCK_SERVER_OPTIONS"] = {"ping_interval": 25, "max_message_size": MIB}
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
    if settings().proxies:
        hops = settings().proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    metrics.register(app)
    request_ids.register(app)
    response_headers.register(app)
    faults.register(app)
    cors.register(app)
    idempotent.register(app)
    throttling.register_for_addresses(app)
    asking.register(app)
    throttling.register_for_users(app)
    describing.register(app)
    batches.register(app)
    for outside in (health, metrics, docs):
        app.register_blueprint(outside.blueprint)
    for part in (
        catalog,
        operations,
        problems,
        figures,
        versions,
        submissions,
        events,
        interventions,
        rejudgings,
        leaderboards,
        runs,
        batches,
        webhooks,
        sign_in,
        users,
        user_tokens,
    ):
        app.register_blueprint(part.blueprint, url_prefix=API)
    app.register_blueprint(submissions.short_form)
    pages.register(app)
    runs.register(app)
    judge0.register(app)
    piston.register(app)
    socket.register(app)
    return app


def check_settings() -> None:
    """Raises ConfigError for settings that would open the judge to strangers, or that cannot work."""
    if settings().auth == "token":
        if not settings().secret_key:
            raise ConfigError("JUDGE_AUTH=token needs SECRET_KEY in the environment: a long random text")
    elif not is_loopback(settings().bind):
        raise ConfigError(
            f"JUDGE_AUTH=none serves loopback only, not {settings().bind}: beyond it, set JUDGE_AUTH=token"
        )
    database_url()
    broker_url()
    reach.check_settings()
