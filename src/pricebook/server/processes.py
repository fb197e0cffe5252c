"""The processes that serve HTTP: start, restart and graceful shutdown."""

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
from typing import Any

import uvicorn

from pricebook.server.uvicorn_config import BACKLOG, uvicorn_config
from pricebook.settings import Settings
from pricebook.system.memory import configure_allocator
from pricebook.system.parent_death import set_parent_death_signal

RESERVED_FILE_DESCRIPTORS = 512
POLL_INTERVAL_SECONDS = 1.0
# The time beyond API_STOP_SECONDS for closing the pools and the lifespan of the application.
SHUTDOWN_MARGIN_SECONDS = 5.0
STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT}

IsStopping = Callable[[], bool]
LoadApp = Callable[[IsStopping], Any]

_fork_context = multiprocessing.get_context("fork")


class Server:
    """Processes of uvicorn, each with a listening socket of its own on one address.

    Each process opens its own connections to PostgreSQL and Redis. A process that ends is
    restarted; its socket stays open in the parent, so connections made meanwhile wait in it.

    After SIGTERM or SIGINT, /ready responds 503 so that proxies stop to send requests. After
    API_STOP_DELAY_SECONDS, or at a second signal, the sockets are closed, and running requests are
    completed within API_STOP_SECONDS.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sockets = [_bind(settings) for _ in range(settings.workers)]
        self._processes: list[BaseProcess] = []
        # Shared memory without a lock, which a killed process could leave locked.
        self._stopping = _fork_context.RawValue("b", 0)

    def run(self, load_app: LoadApp) -> None:
        """Serve the application that `load_app` returns in each process until a stop signal."""
        _raise_file_limit(self._settings.api_connections + RESERVED_FILE_DESCRIPTORS)
        with _signals_blocked():
            start = partial(self._start_process, load_app)
            self._processes = [start(number) for number in range(len(self._sockets))]
            self._restart_until_stopped(start)
            self._stop()

    def _restart_until_stopped(self, start: Callable[[int], BaseProcess]) -> None:
        """Restart processes that end, until the delay after the first stop signal is over."""
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
        """Serve in this child process, which ends with its parent."""
        set_parent_death_signal(parent, signal.SIGTERM)
        os.setpgid(0, 0)  # Ctrl-C of a terminal signals the parent only
        # uvicorn replaces this handler while it serves, and raises the signal again at its end.
        signal.signal(signal.SIGTERM, _exit_process)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        for other in {*range(len(self._sockets))} - {number}:
            self._sockets[other].close()
        app = load_app(partial(_is_set, self._stopping))
        _reduce_garbage_collection()
        configure_allocator()
        uvicorn.Server(uvicorn_config(app, self._settings)).run([self._sockets[number]])


@contextmanager
def _signals_blocked() -> Generator[None]:
    """Block the stop signals: sigtimedwait receives them."""
    previous_mask = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous_mask)


def _bind(settings: Settings) -> socket.socket:
    """Return a listening socket; the kernel balances connections among those of one address."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind((settings.host, settings.port))
    bound.listen(BACKLOG)
    return bound


def _reduce_garbage_collection() -> None:
    """Exclude loaded modules from garbage collection, and collect less often.

    A running request holds some hundred objects. With a thousand of them, collections at Python's
    default thresholds take a fifth of the CPU time of the process.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _raise_file_limit(number: int) -> None:
    """Raise the limit of open files to a number, or to the system's maximum."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = number if hard == resource.RLIM_INFINITY else min(number, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, allowed), hard))


def _exit_process(_number: int, _frame: object) -> None:
    sys.exit()


def _is_set(flag: Any) -> bool:
    return bool(flag.value)
