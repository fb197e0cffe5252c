"""A multipart parser whose result does not depend on how a form is cut into chunks.

It overrides a method of `multipart` that is not public, hence the capped version of the library.
"""

from collections.abc import Generator
from typing import Any

from multipart import MultipartError, PushMultipartParser

MAX_HEADER_BYTES = 4096 + 128


class StrictMultipartParser(PushMultipartParser):
    """Refuses what the library refuses only in some chunks.

    Text before the first boundary: the library drops it, and in a later chunk does not know what
    preceded a boundary. A bare line feed in a header line: the library accepts, or strips, it if
    the line arrives at once. A header line over the limit: the library counts the carriage return,
    too, if the line feed arrives later.
    """

    def __init__(self, boundary: str, max_segment_count: int) -> None:
        # The library's own limit applies to a line that does not end.
        limit = MAX_HEADER_BYTES + len(b"\r\n")
        super().__init__(boundary, max_segment_count=max_segment_count, max_header_size=limit)
        self._beginning: bytes | bytearray | None = b""

    def parse(self, chunk: bytes | bytearray) -> Generator[Any]:
        """Parse a chunk of a form, and yield its parts; hold back the chunks before a boundary.

        Raises MultipartError for what is not a form.
        """
        if self._beginning is not None:
            chunk, self._beginning = self._beginning + chunk, None
            boundary = b"--" + self.boundary
            if len(chunk) < len(boundary) + len(b"\r\n"):
                self._beginning = chunk
                return
            if not chunk.startswith((boundary, b"\r\n" + boundary)):
                raise MultipartError("A form has to begin with its boundary")
        yield from super().parse(chunk)

    def _on_segment_headerline(self, line: bytes) -> None:
        if b"\n" in line:
            raise MultipartError("Invalid line break in segment header")
        if len(line) > MAX_HEADER_BYTES:
            raise MultipartError("Maximum segment header length exceeded")
        super()._on_segment_headerline(line)
