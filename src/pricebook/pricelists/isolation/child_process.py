"""A program of ours that answers with frames, run with nothing of our environment or open files."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from pricebook.errors import (
    ParserKilledError,
    PriceListError,
    SourceUnavailableError,
    StorageFullError,
)
from pricebook.pricelists.isolation import frames
from pricebook.pricelists.isolation.frames import Frame, ListFailed
from pricebook.system.disk_errors import storage_full_error

_frame_decoder = msgspec.msgpack.Decoder(Frame)
_ERROR_TYPES = {
    kind.__name__: kind
    for kind in (PriceListError, ParserKilledError, SourceUnavailableError, StorageFullError)
}
_EXIT_TIMEOUT_SECONDS = 5
# Where Python finds its modules; everything else of an environment may be a secret.
_PYTHON_VARIABLES = ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH")


class IsolatedProcess:
    """A running program, started in a folder; it is ended when an answer takes too long."""

    def __init__(
        self, module: str, *arguments: str, folder: Path, variables: tuple[str, ...] = ()
    ) -> None:
        self._deadline = 0.0
        self._seconds = 0
        self._stderr_file = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `kill`)
        self._process = subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, "-P", "-m", module, str(os.getpid()), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr_file,
            cwd=folder,
            env=build_environment(variables),
        )
        self._request_pipe = cast("BinaryIO", self._process.stdin)
        self._response_pipe = cast("BinaryIO", self._process.stdout)

    @property
    def is_running(self) -> bool:
        """Whether the program has not ended yet."""
        return self._process.poll() is None

    def set_deadline(self, deadline: float, seconds: int) -> None:
        """Set until when answers may take, on the clock of the loop, for these seconds in all."""
        self._deadline, self._seconds = deadline, seconds

    def send(self, request: msgspec.Struct) -> None:
        """Send an order."""
        with suppress(BrokenPipeError):  # it has ended: receiving tells why
            frames.send(self._request_pipe, msgspec.msgpack.encode(request))

    async def receive(self) -> Frame:
        """Receive the next answer.

        Raises the error that the program sends, ParserKilledError when it takes too long or ends.
        """
        try:
            async with asyncio.timeout_at(self._deadline):
                payload = await asyncio.to_thread(frames.receive, self._response_pipe)
        except TimeoutError as error:
            raise ParserKilledError(
                f"Reading the list takes more than {self._seconds} seconds."
            ) from error
        if payload is None:
            raise ParserKilledError(self._exit_message())
        try:
            frame = _frame_decoder.decode(payload)
            error_type = _ERROR_TYPES[frame.error] if isinstance(frame, ListFailed) else None
        except (msgspec.DecodeError, UnicodeDecodeError, KeyError) as error:
            raise ParserKilledError("The parser process answered what cannot be read.") from error
        if error_type is StorageFullError:
            raise storage_full_error("temporary files", Path(tempfile.gettempdir()))
        if isinstance(frame, ListFailed) and error_type:
            raise error_type(frame.message)
        return frame

    def kill(self) -> None:
        """End the program and wait for its end."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._request_pipe, self._response_pipe, self._stderr_file):
            with suppress(OSError):
                pipe.close()

    def _exit_message(self) -> str:
        try:
            code = self._process.wait(_EXIT_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:  # it has closed its output and lives on
            self._process.kill()
            code = self._process.wait()
        self._stderr_file.seek(0)
        lines = self._stderr_file.read().decode(errors="replace").strip().splitlines()
        exit_status = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        detail = f": {lines[-1]}" if lines else "."
        return f"The parser process ended ({exit_status}) while it read the list{detail}"


def build_environment(names: tuple[str, ...] = ()) -> dict[str, str]:
    """Make the environment of a program: what Python needs, and these variables of ours."""
    inherited = {
        name: os.environ[name] for name in (*_PYTHON_VARIABLES, *names) if name in os.environ
    }
    return {"LANG": "C.UTF-8", "TZ": "UTC", "PATH": os.defpath, **inherited}
