"""Starts processes as forks of a program that runs `fork_loop.serve`."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from pricebook.pricelists.isolation.child_process import build_environment
from pricebook.pricelists.isolation.fork_loop import EXIT_CODE, KILL, ForkRequest

# How long a killed process may take to end before the whole program is killed.
_KILL_TIMEOUT_SECONDS = 5.0


class ForkServer:
    """A program that is started when it is needed, and again if it has ended."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._program: subprocess.Popen[bytes] | None = None
        self._requests: socket.socket | None = None

    def fork(self, folder: Path, argument: str, stderr: BinaryIO) -> "ForkedProcess":
        """Start a process in a folder."""
        requests = self._start()
        with ExitStack() as passed:
            control, other_end = socket.socketpair()
            passed.enter_context(other_end)
            stdin, request_end = os.pipe()
            passed.callback(os.close, stdin)
            request_pipe = os.fdopen(request_end, "wb")
            response_end, stdout = os.pipe()
            passed.callback(os.close, stdout)
            response_pipe = os.fdopen(response_end, "rb")
            process = ForkedProcess(self, request_pipe, response_pipe, control)
            request = msgspec.msgpack.encode(ForkRequest(str(folder), argument))
            with suppress(
                BrokenPipeError, ConnectionResetError
            ):  # the program has just ended, like the process
                socket.send_fds(
                    requests, [request], [stdin, stdout, stderr.fileno(), other_end.fileno()]
                )
        return process

    def kill(self) -> None:
        """Kill the program, and thereby all its processes."""
        if self._program:
            self._program.kill()

    def close(self) -> None:
        """End the program and wait for its end."""
        if self._requests:
            self._requests.close()
        if self._program:
            self._program.kill()
            self._program.wait()
        self._program = self._requests = None

    def _start(self) -> socket.socket:
        """Start the program unless it runs; return the socket for its requests."""
        if self._requests and self._program and self._program.poll() is None:
            return self._requests
        self.close()
        self._requests, other_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        descriptor = other_end.fileno()
        with other_end:
            self._program = subprocess.Popen(  # noqa: S603 (a module of this package)
                [sys.executable, "-P", "-m", self._module, str(os.getpid()), str(descriptor)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=build_environment(),
                pass_fds=[descriptor],
                process_group=0,  # Ctrl-C is for the parent
            )
        return self._requests


class ForkedProcess:
    """A process of a ForkServer, with the methods of subprocess.Popen that are needed."""

    def __init__(
        self, server: ForkServer, stdin: BinaryIO, stdout: BinaryIO, control: socket.socket
    ) -> None:
        self.stdin, self.stdout = stdin, stdout
        self._server = server
        self._control = control
        self._code: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code; raises subprocess.TimeoutExpired."""
        code = self._receive_code(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("", timeout or 0.0)
        return code

    def kill(self) -> None:
        """Kill the process and wait until it has ended."""
        if self._code is not None:
            return
        with suppress(OSError):
            self._control.send(KILL)
        if self._receive_code(_KILL_TIMEOUT_SECONDS) is None:
            self._server.kill()
            self._receive_code(None)

    def _receive_code(self, timeout: float | None) -> int | None:
        if self._code is None:
            self._control.settimeout(timeout)
            try:
                received = self._control.recv(EXIT_CODE.size)
            except (TimeoutError, BlockingIOError):
                return None
            except ConnectionResetError:
                received = b""
            # Without a code, the program was killed, and its processes with it.
            self._code = EXIT_CODE.unpack(received)[0] if received else -signal.SIGKILL
            self._control.close()
        return self._code
