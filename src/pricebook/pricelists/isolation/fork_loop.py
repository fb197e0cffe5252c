"""The loop of a program that forks itself: each request becomes a process of its own.

A fork has all modules of the program already, which saves it a quarter of a second. The program has
one thread, and it is the only one that waits for its processes, so no process id is used again
while its process may still be killed.
"""

import os
import selectors
import signal
import socket
import struct
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, NoReturn

import msgspec

_MAX_REQUEST_BYTES = 16 * 1024
_STANDARD_STREAMS = 3
KILL = b"k"
EXIT_CODE = struct.Struct("!i")


class ForkRequest(msgspec.Struct, frozen=True, array_like=True):
    """The folder that a process starts in, and its argument.

    Sent with four file descriptors: standard input, output and error, and a control socket, on
    which the process is killed (KILL, or its end is closed) and its EXIT_CODE is sent, negative for
    a signal.
    """

    folder: str
    argument: str


class _Started(NamedTuple):
    """A started process and the socket by which its caller controls it."""

    pid: int
    control: socket.socket


def serve(requests: socket.socket, run: Callable[[str], None]) -> None:
    """Call `run` with the argument of each request in a process of its own.

    Returns when the other end of the socket is closed.
    """
    loop = _ForkLoop(requests, run)
    while loop.handle_events():
        pass


def _handle_nothing(_signal: int, _frame: object) -> None:
    pass


class _ForkLoop:
    def __init__(self, requests: socket.socket, run: Callable[[str], None]) -> None:
        self._requests, self._run = requests, run
        self._decode = msgspec.msgpack.Decoder(ForkRequest).decode
        self._started: dict[int, _Started] = {}
        self._selector = selectors.DefaultSelector()
        self._child_ended, wake_up = socket.socketpair()
        os.set_blocking(wake_up.fileno(), False)
        signal.set_wakeup_fd(wake_up.detach())
        signal.signal(signal.SIGCHLD, _handle_nothing)  # only a signal with a handler wakes up
        for each in (requests, self._child_ended):
            self._selector.register(each, selectors.EVENT_READ)

    def handle_events(self) -> bool:
        """Wait for events and handle them; return whether there may be more requests."""
        for key, _ in self._selector.select():
            if key.fileobj is self._requests:
                if not self._accept():
                    return False
            elif key.fileobj is self._child_ended:
                self._child_ended.recv(_MAX_REQUEST_BYTES)
                self._report_ended()
            elif (started := self._started.get(key.fd)) and started.control is key.fileobj:
                self._control(started)  # not a later one with the descriptor of one that has ended
        return True

    def _accept(self) -> bool:
        """Start the process of a request; return whether there was one."""
        payload, descriptors, _, _ = socket.recv_fds(
            self._requests, _MAX_REQUEST_BYTES, _STANDARD_STREAMS + 1
        )
        if not payload:
            return False
        streams, control = descriptors[:_STANDARD_STREAMS], descriptors[_STANDARD_STREAMS]
        try:
            pid = os.fork()
        except OSError as error:
            os.write(streams[2], f"{error.strerror}\n".encode())
            self._end_control(socket.socket(fileno=control), 1)
        else:
            if pid == 0:
                self._become(self._decode(payload), streams)
            started = _Started(pid, socket.socket(fileno=control))
            self._started[control] = started
            self._selector.register(started.control, selectors.EVENT_READ)
        for descriptor in streams:
            os.close(descriptor)
        return True

    def _become(self, request: ForkRequest, streams: list[int]) -> NoReturn:
        """Be the process of a request: with its streams, in its folder, without other files."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for target, descriptor in enumerate(streams):
                os.dup2(descriptor, target)
            os.closerange(_STANDARD_STREAMS, os.sysconf("SC_OPEN_MAX"))
            os.chdir(request.folder)
            self._run(request.argument)
            code = 0
        except BaseException:  # noqa: BLE001 (the frames below belong to the program)
            traceback.print_exc()
        finally:
            os._exit(code)

    def _control(self, started: _Started) -> None:
        """Kill a process if its caller requests it or has ended."""
        received = started.control.recv(len(KILL))
        os.kill(started.pid, signal.SIGKILL)
        if not received:  # the end is reported to nobody
            self._selector.unregister(started.control)

    def _report_ended(self) -> None:
        """Send the exit codes of all processes that have ended."""
        by_pid = {started.pid: descriptor for descriptor, started in self._started.items()}
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                pid, status = ended
                started = self._started.pop(by_pid[pid])
                with suppress(KeyError):
                    self._selector.unregister(started.control)
                self._end_control(started.control, os.waitstatus_to_exitcode(status))

    def _end_control(self, control: socket.socket, code: int) -> None:
        with control, suppress(OSError):
            control.send(EXIT_CODE.pack(code))
