"""A multipart parser that refuses line feeds in header lines, however the form is cut in chunks.

It overrides a method of `multipart` that is not public, hence the capped version of the library.
"""

from multipart import MultipartError, PushMultipartParser


class StrictLinesParser(PushMultipartParser):
    """Refuses a bare line feed that the library accepts, or strips, if a line arrives at once."""

    def _on_segment_headerline(self, line: bytes) -> None:
        if b"\n" in line:
            raise MultipartError("Invalid line break in segment header")
        super()._on_segment_headerline(line)
