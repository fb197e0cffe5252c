"""Child processes that send frames, without the parent's environment."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol, Self, cast

import msgspec

from pricebook.errors import (
    ParserKilledError,
    PriceListError,
    SourceUnavailableError,
    StorageFullError,
)
from pricebook.pricelists.isolation import frames
from pricebook.pricelists.isolation.frames import Frame, PriceListFailed
from pricebook.system.disk_errors import storage_full_error

_frame_decoder = msgspec.msgpack.Decoder(Frame)
_ERROR_TYPES = {
    kind.__name__: kind
    for kind in (PriceListError, ParserKilledError, SourceUnavailableError, StorageFullError)
}
_EXIT_TIMEOUT_SECONDS = 5
# Variables that Python needs to find its modules; all others may hold secrets.
_PYTHON_VARIABLES = ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH")


class ChildProcess(Protocol):
    """The part of subprocess.Popen that an IsolatedProcess needs, with pipes."""

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code; raises subprocess.TimeoutExpired."""
        ...

    def kill(self) -> None:
        """Kill the process."""
        ...


class IsolatedProcess:
    """A child process; the caller kills it when its deadline passes."""

    def __init__(
        self, process: ChildProcess, pipes: tuple[BinaryIO, BinaryIO], stderr: BinaryIO
    ) -> None:
        self._deadline = 0.0
        self._seconds = 0
        self._process = process
        self._request_pipe, self._response_pipe = pipes
        self._stderr_file = stderr

    @classmethod
    def run_module(
        cls, module: str, *arguments: str, folder: Path, variables: tuple[str, ...] = ()
    ) -> Self:
        """Start a module as a program in a folder, with some variables of the environment."""
        stderr = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `kill`)
        process = subprocess.Popen(  # noqa: S603 (a module of this package)
            [sys.executable, "-P", "-m", module, str(os.getpid()), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=folder,
            env=build_environment(variables),
        )
        pipes = cast("BinaryIO", process.stdin), cast("BinaryIO", process.stdout)
        return cls(process, pipes, stderr)

    def set_deadline(self, deadline: float, seconds: int) -> None:
        """Set the deadline for all frames, on the clock of the event loop.

        `seconds` is the duration that a timeout error names.
        """
        self._deadline, self._seconds = deadline, seconds

    def send(self, request: msgspec.Struct) -> None:
        """Send a request."""
        with suppress(BrokenPipeError):  # the process has ended: `receive` raises the reason
            frames.send(self._request_pipe, msgspec.msgpack.encode(request))

    async def receive(self) -> Frame:
        """Return the next frame.

        Raises the error that the process sends, or ParserKilledError if the deadline passes or the
        process ends.
        """
        try:
            async with asyncio.timeout_at(self._deadline):
                payload = await asyncio.to_thread(frames.receive, self._response_pipe)
        except TimeoutError as error:
            raise ParserKilledError(
                f"Reading the price list takes more than {self._seconds} seconds."
            ) from error
        if payload is None:
            raise ParserKilledError(self._exit_message())
        try:
            frame = _frame_decoder.decode(payload)
            error_type = _ERROR_TYPES[frame.error] if isinstance(frame, PriceListFailed) else None
        except (msgspec.DecodeError, UnicodeDecodeError, KeyError) as error:
            raise ParserKilledError("The parser process sent an invalid frame.") from error
        if error_type is StorageFullError:
            raise storage_full_error("temporary files", Path(tempfile.gettempdir()))
        if isinstance(frame, PriceListFailed) and error_type is PriceListError:
            raise PriceListError(frame.message, frame.issues)
        if isinstance(frame, PriceListFailed) and error_type:
            raise error_type(frame.message)
        return frame

    def kill(self) -> None:
        """Kill the process, wait for its end and close its pipes."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._request_pipe, self._response_pipe, self._stderr_file):
            with suppress(OSError):
                pipe.close()

    def _exit_message(self) -> str:
        try:
            code = self._process.wait(_EXIT_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:  # it has closed its output but still runs
            self._process.kill()
            code = self._process.wait()
        self._stderr_file.seek(0)
        lines = self._stderr_file.read().decode(errors="replace").strip().splitlines()
        exit_status = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        detail = f": {lines[-1]}" if lines else "."
        return f"The parser process ended ({exit_status}) while it read the price list{detail}"


def build_environment(names: tuple[str, ...] = ()) -> dict[str, str]:
    """Return the environment of a child process: what Python needs, and the named variables."""
    inherited = {
        name: os.environ[name] for name in (*_PYTHON_VARIABLES, *names) if name in os.environ
    }
    return {"LANG": "C.UTF-8", "TZ": "UTC", "PATH": os.defpath, **inherited}
