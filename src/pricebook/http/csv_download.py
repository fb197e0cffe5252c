"""Lists as CSV files, by `Accept: text/csv`."""

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

from pricebook.http.query_string import query_parameters

ChunkT = TypeVar("ChunkT", str, bytes)

CSV_MEDIA_TYPE = "text/csv"


def accepts_csv(request: Request[Any, Any, Any]) -> bool:
    """Return whether a request prefers CSV to JSON."""
    return request.accept.best_match(["application/json", CSV_MEDIA_TYPE]) == CSV_MEDIA_TYPE


async def file_response(
    chunks: AsyncGenerator[ChunkT], name: str, media_type: str = CSV_MEDIA_TYPE
) -> Stream:
    """Return a streamed file; its first chunk is read before, so that errors have a response."""
    first = await anext(chunks)

    async def content() -> AsyncGenerator[ChunkT]:
        async with aclosing(chunks):
            yield first
            async for each in chunks:
                yield each

    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Vary": "Accept"}
    return Stream(content(), media_type=media_type, headers=headers)


def query_operation_with_csv(kind: type[msgspec.Struct], example: str) -> type[Operation]:
    """Make the OpenAPI operation class of a list: its parameters, and the file as an answer."""

    @dataclass
    class ListOperation(Operation):
        def __post_init__(self) -> None:
            self.parameters = [*(self.parameters or []), *query_parameters(kind)]
            response = (self.responses or {}).get("200")
            if isinstance(response, OpenAPIResponse) and response.content is not None:
                response.content[CSV_MEDIA_TYPE] = OpenAPIMediaType(
                    schema=Schema(type=OpenAPIType.STRING),
                    examples={"file": Example(summary="A file", value=example)},
                )

    return ListOperation
