"""Logging: one line per event on stderr, in one format for Pricebook and its libraries."""

import logging
import sys
from multiprocessing.util import Finalize
from typing import Any

import msgspec
import structlog
from structlog.typing import EventDict, Processor

from pricebook.observability.line_writer import LineWriter
from pricebook.settings import LogFormat

LEADING_KEYS = ("time", "level", "event")


class _StdlibLogHandler(logging.Handler):
    """Sends records of Python's logging module to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log a record as a structlog event."""
        structlog.get_logger().log(
            record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info
        )


def configure_logging(level: str, log_format: LogFormat = "json") -> LineWriter:
    """Log events of at least `level` to stderr; return the writer.

    Tracebacks contain no values of variables, which could be secrets. Libraries are logged from
    warnings up, because their lower levels log URLs with credentials.
    """
    writer = LineWriter()
    Finalize(None, writer.close, exitpriority=0)  # atexit does not run in forked processes
    min_level = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            *(_text_processors() if log_format == "text" else _json_processors()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(min_level),
        logger_factory=structlog.BytesLoggerFactory(writer),  # pyright: ignore[reportArgumentType]
    )
    logging.basicConfig(
        handlers=[_StdlibLogHandler()], level=max(min_level, logging.WARNING), format="", force=True
    )
    logging.captureWarnings(capture=True)
    return writer


def _json_processors() -> list[Processor]:
    return [structlog.processors.format_exc_info, _encode]


def _text_processors() -> list[Processor]:
    render = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(),
        timestamp_key="time",
        exception_formatter=structlog.dev.plain_traceback,
    )
    return [render, lambda _logger, _method, rendered: str(rendered).encode()]


def _encode(_logger: Any, _method: str, event: EventDict) -> bytes:
    leading = {name: event.pop(name) for name in LEADING_KEYS}
    return msgspec.json.encode(leading | dict(event), enc_hook=str)
