"""What beat does beside sending tasks: it sweeps, so that nothing waits for a worker where there is none."""

import logging
import threading
import time
from typing import Any

from celery.signals import beat_init
from sqlalchemy.exc import OperationalError

from judge import db, log_lines
from judge.config import settings
from judge.metrics import serving
from judge.tasks.sweeping import Sweeper

log = logging.getLogger(__name__)


@beat_init.connect
def begin(**_: Any) -> None:
    """Log and count under the name of beat, and sweep beside its loop, which a broker may hold up."""
    log_lines.begin("beat")
    serving.serve("beat")
    db.give_up_silent_connections()
    threading.Thread(target=_sweep_for_good, daemon=True).start()


def _sweep_for_good() -> None:
    sweeper = Sweeper()
    while True:
        try:
            sweeper.sweep()
        except OperationalError as error:
            log.warning("Postgres is away: %s", error.orig)
        except Exception:
            log.exception("a sweep has failed")  # the next one may not; and beat goes on
        time.sleep(settings().sweep_s)
