"""Lines for those who read logs, written so that nobody waits for them."""

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
    """Writes lines from a thread of its own: who has something to say never waits for who reads.

    Lines are collected for a moment and written together. While nobody reads, as many are kept as
    fit into MAX_WAITING_BYTES; how many were lost beyond that is said afterwards. A killed process
    takes the lines of its last moment with it. The thread is started by the first line, so that
    processes can be forked before.
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
        """Take a line, with its end, to be written in a moment."""
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
        """Do nothing: those who write to files expect to be able to say this."""

    def close(self) -> None:
        """Write what is left, for as long as somebody reads it."""
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
        except OSError:  # nobody will ever read it
            return
        if dropped:
            structlog.get_logger().warning("log lines were lost, nobody read them", lines=dropped)

    def _write_all(self, text: bytes) -> None:
        remaining = memoryview(text)
        while remaining:
            try:
                remaining = remaining[os.write(self._descriptor, remaining) :]
            except BlockingIOError:
                time.sleep(WRITE_RETRY_SECONDS)
