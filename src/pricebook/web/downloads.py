"""Lists that may also be had as a file for a spreadsheet, by `Accept: text/csv`."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.openapi.spec import (
    Example,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Schema,
)
from litestar.response import Stream

from pricebook.web.query import parameters_of

chunk = TypeVar("chunk", str, bytes)

CSV = "text/csv"


def wants_file(request: Request[Any, Any, Any]) -> bool:
    """Tell whether a file is asked for rather than JSON."""
    return request.accept.best_match(["application/json", CSV]) == CSV


async def answer_file(chunks: AsyncGenerator[chunk], name: str, media_type: str = CSV) -> Stream:
    """Answer a file as it is read; its beginning is read now, when an error can still be told."""
    first = await anext(chunks)

    async def content() -> AsyncGenerator[chunk]:
        async with aclosing(chunks):
            yield first
            async for each in chunks:
                yield each

    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Vary": "Accept"}
    return Stream(content(), media_type=media_type, headers=headers)


def documented_with_file(kind: type[msgspec.Struct], example: str) -> type[Operation]:
    """Make the OpenAPI operation class of a list: its parameters, and the file as an answer."""

    @dataclass
    class ListOperation(Operation):
        def __post_init__(self) -> None:
            self.parameters = [*(self.parameters or []), *parameters_of(kind)]
            found = (self.responses or {}).get("200")
            if isinstance(found, OpenAPIResponse) and found.content is not None:
                found.content[CSV] = OpenAPIMediaType(
                    schema=Schema(type=OpenAPIType.STRING),
                    examples={"file": Example(summary="A file", value=example)},
                )

    return ListOperation
