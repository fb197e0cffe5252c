"""Multipart forms with one file, parsed as a stream: the file is never held in memory."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from litestar import Request
from multipart import MultipartError, MultipartSegment

from pricebook.errors import PayloadTooLargeError, as_issue_text, body_issue, validation_error
from pricebook.http.strict_multipart import StrictMultipartParser
from pricebook.system.refused_values import explain_refusal

StructT = TypeVar("StructT", bound=msgspec.Struct)

MEDIA_TYPE = "multipart/form-data"
FILE_FIELD = "file"
MAX_FIELDS = 250
MAX_FIELD_BYTES = 64 * 1024
MAX_FIELDS_BYTES = 1024 * 1024  # of all fields of a form together
MAX_NAME_LENGTH = 255

WriteChunk = Callable[[bytes], Awaitable[None]]


class UploadForm(msgspec.Struct):
    """The texts of each field of a form, and the name of its file; None before the file part."""

    fields: dict[str, list[str]]
    file_name: str | None = None


async def read_form(
    request: Request[Any, Any, Any], write: WriteChunk, max_bytes: int
) -> UploadForm:
    """Parse a form, and pass each chunk of its file to `write`.

    Raises ValidationError for anything but a form with one file, PayloadTooLargeError as soon as
    the file exceeds `max_bytes` or a field its limit.
    """
    form_parser = _FormParser(write, max_bytes)
    try:
        with StrictMultipartParser(_boundary(request), max_segment_count=MAX_FIELDS) as parser:
            async for chunk in _chunks(request):
                for event in parser.parse(chunk):
                    await form_parser.handle_event(event)
    except MultipartError as error:
        reason = as_issue_text(str(error.args[0]))
        raise validation_error(body_issue("(all)", f"is not a multipart form: {reason}")) from error
    if form_parser.form.file_name is None:
        raise validation_error(body_issue(FILE_FIELD, "is missing"))
    return form_parser.form


async def _chunks(request: Request[Any, Any, Any]) -> AsyncGenerator[bytes]:
    async for chunk in request.stream():
        if chunk:
            yield chunk


def _boundary(request: Request[Any, Any, Any]) -> str:
    media_type, options = request.content_type
    boundary = options.get("boundary")
    if media_type != MEDIA_TYPE or not boundary:
        raise validation_error(
            body_issue("(all)", f"expected Content-Type: {MEDIA_TYPE} with a boundary")
        )
    return boundary


class _FormParser:
    """Assembles a form from the events of the multipart parser."""

    def __init__(self, write: WriteChunk, max_bytes: int) -> None:
        self.form = UploadForm({})
        self._write = write
        self._max_bytes = max_bytes
        self._name = ""
        self._part_bytes = 0
        self._fields_bytes = 0
        self._field_data = b""

    async def handle_event(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        """Process the start of a part, a chunk of it, or its end (None)."""
        if isinstance(event, MultipartSegment):
            self._begin_part(event)
        elif event is None:
            self._end_part()
        else:
            await self._add_data(bytes(event))

    def _begin_part(self, part: MultipartSegment) -> None:
        self._name, self._part_bytes, self._field_data = part.name or "(unnamed)", 0, b""
        if self._name == FILE_FIELD:
            if self.form.file_name is not None:
                raise validation_error(body_issue(FILE_FIELD, "occurs more than once"))
            self.form.file_name = _sanitize_file_name(part.filename or "")

    async def _add_data(self, data: bytes) -> None:
        self._part_bytes += len(data)
        if self._name == FILE_FIELD:
            if self._part_bytes > self._max_bytes:
                raise PayloadTooLargeError(f"The file exceeds {self._max_bytes // 1024**2} MiB.")
            await self._write(data)
            return
        self._fields_bytes += len(data)
        if self._part_bytes > MAX_FIELD_BYTES:
            raise PayloadTooLargeError(f"A field of the form exceeds {MAX_FIELD_BYTES} bytes.")
        if self._fields_bytes > MAX_FIELDS_BYTES:
            raise PayloadTooLargeError(f"The fields of the form exceed {MAX_FIELDS_BYTES} bytes.")
        self._field_data += data

    def _end_part(self) -> None:
        if self._name == FILE_FIELD:
            return
        try:
            text = self._field_data.decode()
        except UnicodeDecodeError:
            raise validation_error(body_issue(self._name, "is not UTF-8")) from None
        self.form.fields.setdefault(self._name, []).append(text)


def _sanitize_file_name(name: str) -> str:
    """Return the last part of a file name without control characters."""
    base_name = name.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in base_name if character.isprintable())[
        -MAX_NAME_LENGTH:
    ]


def convert_fields(kind: type[StructT], fields: dict[str, list[str]]) -> StructT:
    """Return the fields of a form as a struct.

    An object is sent as JSON, a list as JSON or as a field that is repeated for each element.
    Raises ValidationError that names every field that is unknown or not of its type.
    """
    known = {field.name: field.type for field in msgspec.structs.fields(kind)}
    issues = [
        body_issue(name[:MAX_NAME_LENGTH], "is not a field of this form")
        for name in fields
        if name not in known
    ]
    values: dict[str, Any] = {}
    for name, texts in fields.items():
        if name in known:
            try:
                values[name] = _convert_field(texts, known[name])
            except msgspec.ValidationError as error:
                refused = explain_refusal(error, known[name])
                issues.append(body_issue(name, str(refused)))
            except msgspec.DecodeError as error:
                issues.append(body_issue(name, as_issue_text(str(error))))
    if issues:
        raise validation_error(*issues)
    return msgspec.convert(values, kind)


def _convert_field(texts: list[str], kind: Any) -> Any:
    if any("\0" in text for text in texts):
        raise msgspec.ValidationError("contains a NUL character")
    if len(texts) == 1 and texts[0].startswith(("{", "[")):
        return msgspec.json.decode(texts[0], type=kind)
    if _is_list(kind):
        return msgspec.convert(texts, kind)
    if len(texts) > 1:
        raise msgspec.ValidationError("occurs more than once")
    return msgspec.convert(texts[0], kind, strict=False)


def _is_list(kind: Any) -> bool:
    try:
        msgspec.convert([], kind)
    except msgspec.ValidationError:
        return False
    return True
