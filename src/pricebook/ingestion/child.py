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
from pricebook.full_disk import storage_full
from pricebook.ingestion import frames
from pricebook.ingestion.frames import Frame, Refused

_frames = msgspec.msgpack.Decoder(Frame)
_ERRORS = {
    kind.__name__: kind
    for kind in (PriceListError, ParserKilledError, SourceUnavailableError, StorageFullError)
}
_END_SECONDS = 5
# Where Python finds its modules; everything else of an environment may be a secret.
_FOR_PYTHON = ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH")


class Child:
    """A running program, started in a folder; it is ended when an answer takes too long."""

    def __init__(
        self, module: str, *arguments: str, folder: Path, variables: tuple[str, ...] = ()
    ) -> None:
        self._deadline = 0.0
        self._seconds = 0
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `kill`)
        self._process = subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, "-P", "-m", module, str(os.getpid()), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            cwd=folder,
            env=environment(variables),
        )
        self._orders = cast("BinaryIO", self._process.stdin)
        self._answers = cast("BinaryIO", self._process.stdout)

    @property
    def is_running(self) -> bool:
        """Whether the program has not ended yet."""
        return self._process.poll() is None

    def limit(self, deadline: float, seconds: int) -> None:
        """Set until when answers may take, on the clock of the loop, for these seconds in all."""
        self._deadline, self._seconds = deadline, seconds

    def send(self, order: msgspec.Struct) -> None:
        """Send an order."""
        with suppress(BrokenPipeError):  # it has ended: receiving tells why
            frames.send(self._orders, msgspec.msgpack.encode(order))

    async def receive(self) -> Frame:
        """Receive the next answer.

        Raises the error that the program sends, ParserKilledError when it takes too long or ends.
        """
        try:
            async with asyncio.timeout_at(self._deadline):
                payload = await asyncio.to_thread(frames.receive, self._answers)
        except TimeoutError as error:
            raise ParserKilledError(
                f"Reading the list takes more than {self._seconds} seconds."
            ) from error
        if payload is None:
            raise ParserKilledError(self._last_words())
        try:
            frame = _frames.decode(payload)
            refused = _ERRORS[frame.error] if isinstance(frame, Refused) else None
        except (msgspec.DecodeError, UnicodeDecodeError, KeyError) as error:
            raise ParserKilledError("The parser process answered what cannot be read.") from error
        if refused is StorageFullError:
            raise storage_full("temporary files", Path(tempfile.gettempdir()))
        if isinstance(frame, Refused) and refused:
            raise refused(frame.message)
        return frame

    def kill(self) -> None:
        """End the program and wait for its end."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._orders, self._answers, self._complaints):
            with suppress(OSError):
                pipe.close()

    def _last_words(self) -> str:
        try:
            code = self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:  # it has closed its output and lives on
            self._process.kill()
            code = self._process.wait()
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").strip().splitlines()
        ended = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        said = f": {lines[-1]}" if lines else "."
        return f"The parser process ended ({ended}) while it read the list{said}"


def environment(names: tuple[str, ...] = ()) -> dict[str, str]:
    """Make the environment of a program: what Python needs, and these variables of ours."""
    kept = {name: os.environ[name] for name in (*_FOR_PYTHON, *names) if name in os.environ}
    return {"LANG": "C.UTF-8", "TZ": "UTC", "PATH": os.defpath, **kept}
