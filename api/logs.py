"""The logs: lines of JSON, of each request on standard output, of what goes wrong on error."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from logging.config import dictConfig
from typing import Any, Final

from api.settings import PREFIX
from graph.errors import SamenhangError

#: From which level on something is written down.
LEVELS: Final = ("debug", "info", "warning", "error", "critical")
#: The id of the request that is being answered, empty outside of one.
REQUEST: ContextVar[str] = ContextVar("request", default="")

#: Writes in ASCII: what a stranger sent can neither end a line nor reach a terminal.
write_json: Final = json.JSONEncoder(separators=(",", ":")).encode


class Lines(logging.Formatter):
    """Writes a record as an object of JSON on a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with the id of the request that it belongs to."""
        said = {
            "time": moment(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request := REQUEST.get():
            said["requestId"] = request
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return write_json(said)


def moment(seconds: float) -> str:
    """Return a moment, in seconds since 1970, in UTC (RFC 3339)."""
    return f"{_second(int(seconds))}.{int(seconds % 1 * 1000):03}Z"


@lru_cache(1)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def start_logging(level: str) -> None:
    """Log what goes wrong from a level on; SamenhangError when there is no such level.

    Of the lower levels there is nothing but requests, see `api.access`.
    """
    if level not in LEVELS:
        raise SamenhangError(f"{PREFIX}LOG_LEVEL is one of {', '.join(LEVELS)}, not {level!r}.")
    least = max(level, "warning", key=LEVELS.index)
    dictConfig(_CONFIGURATION | {"root": {"level": least.upper(), "handlers": ["stderr"]}})


_CONFIGURATION: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": Lines}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
}
