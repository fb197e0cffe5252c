"""Forms with one file, read as they come: the file is handed on piece by piece, never kept."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.openapi.spec import Example, OpenAPIMediaType, Operation, RequestBody
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from pricebook.errors import PayloadTooLargeError, body_issue, plain, refuse
from pricebook.web.body import schema_of

struct = TypeVar("struct", bound=msgspec.Struct)

MEDIA_TYPE = "multipart/form-data"
FILE = "file"
MAX_FIELDS = 50
MAX_FIELD_BYTES = 64 * 1024
MAX_NAME = 255

Write = Callable[[bytes], Awaitable[None]]


class Form(msgspec.Struct):
    """The texts of a form, and what its file is called; None until it has one."""

    fields: dict[str, str]
    file_name: str | None = None


async def read_form(request: Request[Any, Any, Any], write: Write, max_bytes: int) -> Form:
    """Read a form and write its file on the way.

    Raises ValidationError for what is no form with one file, PayloadTooLargeError as soon as the
    file or a field is over its limit.
    """
    reading = _FormReading(write, max_bytes)
    try:
        with PushMultipartParser(_boundary(request), max_segment_count=MAX_FIELDS) as parser:
            async for chunk in _chunks(request):
                for event in parser.parse(chunk):
                    await reading.take(event)
    except MultipartError as error:
        reason = plain(str(error.args[0]))
        raise refuse(body_issue("(all)", f"is no multipart form: {reason}")) from error
    if reading.form.file_name is None:
        raise refuse(body_issue(FILE, "is missing"))
    return reading.form


async def _chunks(request: Request[Any, Any, Any]) -> AsyncGenerator[bytes]:
    async for chunk in request.stream():
        if chunk:
            yield chunk


def _boundary(request: Request[Any, Any, Any]) -> str:
    media_type, options = request.content_type
    boundary = options.get("boundary")
    if media_type != MEDIA_TYPE or not boundary:
        raise refuse(body_issue("(all)", f"expected Content-Type: {MEDIA_TYPE} with a boundary"))
    return boundary


class _FormReading:
    """A form on its way in."""

    def __init__(self, write: Write, max_bytes: int) -> None:
        self.form = Form({})
        self._write = write
        self._max_bytes = max_bytes
        self._name = ""
        self._bytes = 0
        self._text = b""

    async def take(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        """Take the beginning of a part, a piece of it, or its end."""
        if isinstance(event, MultipartSegment):
            self._begin(event)
        elif event is None:
            self._end()
        else:
            await self._add(bytes(event))

    def _begin(self, part: MultipartSegment) -> None:
        if any("\n" in value for _, value in part.headerlist):
            # The parser refuses it too, but only if the line comes in more than one chunk.
            raise MultipartError("Invalid line break in segment header")
        self._name, self._bytes, self._text = part.name or "(unnamed)", 0, b""
        if self._name != FILE:
            if self._name in self.form.fields:
                raise refuse(body_issue(self._name, "is given more than once"))
        elif self.form.file_name is not None:
            raise refuse(body_issue(FILE, "is given more than once"))
        else:
            self.form.file_name = _clean(part.filename or "")

    async def _add(self, piece: bytes) -> None:
        self._bytes += len(piece)
        if self._name == FILE:
            if self._bytes > self._max_bytes:
                raise PayloadTooLargeError(f"The file is over {self._max_bytes // 1024**2} MiB.")
            await self._write(piece)
        elif self._bytes > MAX_FIELD_BYTES:
            raise PayloadTooLargeError(f"A field of the form is over {MAX_FIELD_BYTES} bytes.")
        else:
            self._text += piece

    def _end(self) -> None:
        if self._name == FILE:
            return
        try:
            self.form.fields[self._name] = self._text.decode()
        except UnicodeDecodeError:
            raise refuse(body_issue(self._name, "is not UTF-8")) from None


def _clean(name: str) -> str:
    """Keep of a file's name what can be shown."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable())[-MAX_NAME:]


def convert_fields(kind: type[struct], fields: dict[str, str]) -> struct:
    """Read the texts of a form as a struct; a field that is a list or an object is JSON.

    Raises ValidationError naming every field that is unknown or not what the struct's field takes.
    """
    known = {field.name: field.type for field in msgspec.structs.fields(kind)}
    issues = [
        body_issue(name[:MAX_NAME], "is not known here") for name in fields if name not in known
    ]
    values: dict[str, Any] = {}
    for name, text in fields.items():
        if name in known:
            try:
                values[name] = _convert(text, known[name])
            except (msgspec.ValidationError, msgspec.DecodeError) as error:
                issues.append(body_issue(name, plain(str(error))[:MAX_NAME]))
    if issues:
        raise refuse(*issues)
    return msgspec.convert(values, kind)


def _convert(text: str, kind: Any) -> Any:
    if "\0" in text:
        raise msgspec.ValidationError("contains a NUL character")
    if text.startswith(("{", "[")):
        return msgspec.json.decode(text, type=kind)
    return msgspec.convert(text, kind, strict=False)


def documented_form(kind: type[msgspec.Struct], example: dict[str, Any]) -> type[Operation]:
    """Make the OpenAPI operation class that describes a form: a file and the fields of `kind`."""

    @dataclass
    class FormOperation(Operation):
        def __post_init__(self) -> None:
            schema = schema_of(kind)
            file = {"type": "string", "format": "binary"}
            properties: dict[str, Any] = {FILE: file, **schema["properties"]}
            described = {**schema, "properties": properties, "required": [FILE]}
            self.request_body = RequestBody(
                required=True,
                content={
                    MEDIA_TYPE: OpenAPIMediaType(
                        schema=described,  # pyright: ignore[reportArgumentType]
                        examples={"request": Example(summary="A request", value=example)},
                    )
                },
            )

    return FormOperation
