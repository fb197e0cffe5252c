"""The processes that speak HTTP: how they are started, and how they stop."""

import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer

from pricebook.lifeline import end_with
from pricebook.settings import Settings

# Up to here a header is answered by us, as a problem; the server refuses what is longer. Each
# connection may make us keep as much.
MAX_HEADER_BYTES = 128 * 1024
# How long a head may take to arrive, and how long a connection may be idle.
HEADER_SECONDS = 15
BACKLOG = 4096
FILES_BESIDE_CONNECTIONS = 512

# What the server says goes where everything goes.
LOG: dict[str, Any] = {
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"propagate": True}, "granian.access": {"propagate": True}},
}

IsStopping = Callable[[], bool]
Load = Callable[[IsStopping], Any]


class Server(MPServer):
    """Granian, one process a worker.

    Told to stop (SIGTERM, Ctrl-C), it says so at /ready, so that proxies send no more, goes on for
    API_STOP_DELAY_SECONDS, then closes its sockets and finishes what is under way, for
    API_STOP_SECONDS at most. Told again, it leaves out the delay.
    """

    def __init__(self, settings: Settings) -> None:
        cast("Any", super()).__init__(
            "pricebook",
            address=settings.host,
            port=settings.port,
            interface=Interfaces.ASGI,
            workers=settings.workers,
            websockets=False,
            http1_settings=HTTP1Settings(
                max_buffer_size=MAX_HEADER_BYTES, header_read_timeout=HEADER_SECONDS * 1000
            ),
            backlog=BACKLOG,
            backpressure=settings.api_connections,
            log_level=LogLevels.warning,
            log_dictconfig=LOG,
            respawn_failed_workers=True,
            workers_kill_timeout=settings.api_stop_seconds,
        )
        self._stop_delay = settings.api_stop_delay_seconds
        # Shared with the workers and without a lock, which a killed one could take along.
        self._stopping = multiprocessing.RawValue("b", 0)

    def run(self, load: Load) -> None:
        """Serve what `load` makes in each worker process until told to stop."""
        _allow_files(self.backpressure + FILES_BESIDE_CONNECTIONS)
        loader = partial(_load, load, partial(_is_set, self._stopping), os.getpid())
        self.serve(target_loader=loader, wrap_loader=False)

    def signal_handler_interrupt(self, *_args: Any, **_more: Any) -> None:
        """Announce the end, then begin it; at once when it was announced before."""
        stop: Callable[[], None] = cast("Any", super()).signal_handler_interrupt
        if _is_set(self._stopping):
            stop()
            return
        self._stopping.value = 1
        timer = threading.Timer(self._stop_delay, stop)
        timer.daemon = True
        timer.start()


def _allow_files(number: int) -> None:
    """Let each process have so many files and connections open, or as many as the system lets."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = number if hard == resource.RLIM_INFINITY else min(number, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, allowed), hard))


def _is_set(flag: Any) -> bool:
    return bool(flag.value)


def _load(load: Load, is_stopping: IsStopping, parent: int) -> Any:
    """Load the application in a worker process, which ends with the process that started it."""
    end_with(parent, signal.SIGTERM)
    os.setpgid(0, 0)  # a terminal's Ctrl-C is for the parent, which tells when to stop
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # nothing is under way yet
    return load(is_stopping)
