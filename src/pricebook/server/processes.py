"""The processes that speak HTTP: how they are started, and how they stop."""

import gc
import multiprocessing
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from multiprocessing.process import BaseProcess
from typing import Any, cast

import uvicorn

from pricebook.http.middleware.security_headers import security_headers
from pricebook.server.buffer_limits import BufferLimits
from pricebook.server.protocol import HttpProtocol
from pricebook.server.raw_cache import RawRequestCache
from pricebook.settings import Settings
from pricebook.system.parent_death import set_parent_death_signal

BACKLOG = 4096
RESERVED_FILE_DESCRIPTORS = 512
# How often it is looked whether a process has ended.
POLL_INTERVAL_SECONDS = 1.0
# How long a process may take beyond API_STOP_SECONDS to close what it holds open.
SHUTDOWN_MARGIN_SECONDS = 5.0
STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT}

IsStopping = Callable[[], bool]
LoadApp = Callable[[IsStopping], Any]

_fork_context = multiprocessing.get_context("fork")


class Server:
    """Processes of uvicorn, each with a socket of its own on one address.

    PostgreSQL, Redis and all else are opened by each process for itself. One that ends is started
    anew; whoever connects meanwhile waits in its socket, which stays open here.

    Told to stop (SIGTERM, Ctrl-C), it says so at /ready, so that proxies send no more, goes on for
    API_STOP_DELAY_SECONDS, then closes its sockets and finishes what is under way, for
    API_STOP_SECONDS at most. Told again, it leaves out the delay.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sockets = [_bind(settings) for _ in range(settings.workers)]
        self._processes: list[BaseProcess] = []
        # Shared with the processes and without a lock, which a killed one could take along.
        self._stopping = _fork_context.RawValue("b", 0)

    def run(self, load_app: LoadApp) -> None:
        """Serve what `load` makes in each process until told to stop."""
        _raise_file_limit(self._settings.api_connections + RESERVED_FILE_DESCRIPTORS)
        with _signals_blocked():
            start = partial(self._start_process, load_app)
            self._processes = [start(number) for number in range(len(self._sockets))]
            self._restart_until_stopped(start)
            self._stop()

    def _restart_until_stopped(self, start: Callable[[int], BaseProcess]) -> None:
        """Start what has ended anew, until the end of the delay after the first signal to stop."""
        ends_at = float("inf")
        while time.monotonic() < ends_at:
            timeout = min(POLL_INTERVAL_SECONDS, ends_at - time.monotonic())
            if signal.sigtimedwait(STOP_SIGNALS, max(0.0, timeout)):
                if self._stopping.value:
                    return
                self._stopping.value = 1
                ends_at = time.monotonic() + self._settings.api_stop_delay_seconds
            for number, process in enumerate(self._processes):
                if not process.is_alive():
                    self._processes[number] = start(number)

    def _start_process(self, load_app: LoadApp, number: int) -> BaseProcess:
        process = _fork_context.Process(target=self._serve, args=(load_app, number, os.getpid()))
        process.start()
        return process

    def _stop(self) -> None:
        for each in self._sockets:
            each.close()
        for process in self._processes:
            process.terminate()
        ends_at = time.monotonic() + self._settings.api_stop_seconds + SHUTDOWN_MARGIN_SECONDS
        for process in self._processes:
            process.join(max(0.0, ends_at - time.monotonic()))
            process.kill()
            process.join()

    def _serve(self, load_app: LoadApp, number: int, parent: int) -> None:
        """Serve in a process of its own, which ends with the one that started it."""
        set_parent_death_signal(parent, signal.SIGTERM)
        os.setpgid(0, 0)  # a terminal's Ctrl-C is for the parent, which tells when to stop
        # Before anything is under way, and when the server says at its end that it was told to.
        signal.signal(signal.SIGTERM, _exit_process)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        for other in {*range(len(self._sockets))} - {number}:
            self._sockets[other].close()
        app = load_app(partial(_is_set, self._stopping))
        _reduce_garbage_collection()
        uvicorn.Server(uvicorn_config(app, self._settings)).run([self._sockets[number]])


def uvicorn_config(app: Any, settings: Settings) -> uvicorn.Config:
    """Say how one process serves an application."""
    make_protocol = partial(
        HttpProtocol,
        raw_cache=RawRequestCache(),
        buffer_limits=BufferLimits(),
        max_connections=settings.api_connections,
        response_headers=security_headers(settings.origins, settings.hsts_seconds),
    )
    return uvicorn.Config(
        app,
        http=cast("Any", make_protocol),
        ws="none",
        loop="uvloop",
        lifespan="on",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=settings.api_stop_seconds,
    )


@contextmanager
def _signals_blocked() -> Generator[None]:
    """Let signals wait until they are asked for."""
    previous_mask = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous_mask)


def _bind(settings: Settings) -> socket.socket:
    """Make a socket among those on the address, to which the kernel deals connections."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind((settings.host, settings.port))
    bound.listen(BACKLOG)
    return bound


def _reduce_garbage_collection() -> None:
    """Leave what was loaded, and what requests under way hold, to the collector less often.

    Each request under way holds some hundred objects: by Python's own thresholds, with a thousand
    of them, it looks at them all again and again, for a fifth of the time of the process.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _raise_file_limit(number: int) -> None:
    """Let each process have so many files and connections open, or as many as the system lets."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = number if hard == resource.RLIM_INFINITY else min(number, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, allowed), hard))


def _exit_process(_number: int, _frame: object) -> None:
    sys.exit()


def _is_set(flag: Any) -> bool:
    return bool(flag.value)
