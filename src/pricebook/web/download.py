"""Files that are sent while they are read."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

from litestar.openapi.spec import (
    Example,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Schema,
)
from litestar.response import Stream

chunk = TypeVar("chunk", str, bytes)


async def download(chunks: AsyncGenerator[chunk], media_type: str, name: str) -> Stream:
    """Answer a file as it is read; its beginning is read now, when an error can still be told.

    Which file it is may depend on what the caller accepts.
    """
    first = await anext(chunks)

    async def content() -> AsyncGenerator[chunk]:
        async with aclosing(chunks):
            yield first
            async for each in chunks:
                yield each

    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Vary": "Accept"}
    return Stream(content(), media_type=media_type, headers=headers)


def document_file(operation: Operation, media_type: str, example: str) -> None:
    """Add a file to what an operation answers in the OpenAPI document."""
    found = (operation.responses or {}).get("200")
    if isinstance(found, OpenAPIResponse) and found.content is not None:
        found.content[media_type] = OpenAPIMediaType(
            schema=Schema(type=OpenAPIType.STRING),
            examples={"file": Example(summary="A file", value=example)},
        )
