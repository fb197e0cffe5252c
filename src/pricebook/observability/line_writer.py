"""A writer of log lines that never blocks its callers."""

import os
import threading
import time

import structlog

STDERR = 2
BATCH_SECONDS = 0.05
MAX_BUFFERED_BYTES = 4 * 1024 * 1024
CLOSE_TIMEOUT_SECONDS = 2.0
WRITE_RETRY_SECONDS = 0.01


class LineWriter:
    """Writes lines in batches from its own thread.

    While the reader of the pipe does not read, at most MAX_BUFFERED_BYTES are buffered; further
    lines are dropped and counted in a later line. A killed process loses the lines of its last
    BATCH_SECONDS. The first line starts the thread, so that the process can fork before.
    """

    def __init__(self, descriptor: int = STDERR) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._lines: list[bytes] = []
        self._buffered_bytes = 0
        self._dropped = 0
        self._has_lines = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def write(self, line: bytes) -> None:
        """Buffer a line, which includes its line end."""
        with self._lock:
            if self._buffered_bytes > MAX_BUFFERED_BYTES:
                self._dropped += 1
                return
            self._lines.append(line)
            self._buffered_bytes += len(line)
        if not self._has_lines.is_set():
            self._has_lines.set()
            self._start()

    def flush(self) -> None:
        """Do nothing; file-like objects need this method."""

    def close(self) -> None:
        """Write the buffered lines, for at most CLOSE_TIMEOUT_SECONDS."""
        self._closing.set()
        self._has_lines.set()
        if self._thread is not None:
            self._thread.join(CLOSE_TIMEOUT_SECONDS)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="logs", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._has_lines.wait()
            self._closing.wait(BATCH_SECONDS)
            self._has_lines.clear()
            self._write_batch()

    def _write_batch(self) -> None:
        with self._lock:
            lines, dropped = self._lines, self._dropped
            self._lines, self._buffered_bytes, self._dropped = [], 0, 0
        try:
            self._write_all(b"".join(lines))
        except OSError:  # the reader has closed the pipe
            return
        if dropped:
            structlog.get_logger().warning(
                "log lines were dropped, stderr is not read fast enough", lines=dropped
            )

    def _write_all(self, text: bytes) -> None:
        remaining = memoryview(text)
        while remaining:
            try:
                remaining = remaining[os.write(self._descriptor, remaining) :]
            except BlockingIOError:
                time.sleep(WRITE_RETRY_SECONDS)
