"""Writing down how a request went, though Postgres may be away for a while."""

import logging
import time
from collections.abc import Callable

from sqlalchemy.exc import OperationalError

log = logging.getLogger(__name__)

_INSIST_S, _RETRY_S = 15.0, 0.5


def insist(write: Callable[[], None]) -> None:
    """Write within the lease: an answer that is not recorded would have everything sent once more."""
    until = time.monotonic() + _INSIST_S
    while True:
        try:
            return write()
        except OperationalError as error:
            if time.monotonic() > until:
                raise
            log.warning("Postgres is away: %s", error.orig)
            time.sleep(_RETRY_S)
