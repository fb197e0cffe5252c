"""Responses with files: lists as CSV by `Accept: text/csv`, and stored files."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, TypeVar
from urllib.parse import quote

from litestar import Request
from litestar.response import Stream

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

    headers = {"Content-Disposition": content_disposition(name), "Vary": "Accept"}
    return Stream(content(), media_type=media_type, headers=headers)


def content_disposition(name: str) -> str:
    """Return the header field of a file to be saved, whatever characters its name has (RFC 6266).

    Separators of folders and what is not printed are replaced.
    """
    printed = "".join(each if each.isprintable() and each not in '/\\"' else "_" for each in name)
    plain = re.sub(r"[^A-Za-z0-9 ._()+-]", "_", printed)
    encoded = "" if plain == printed else f"; filename*=UTF-8''{quote(printed, safe='')}"
    return f'attachment; filename="{plain}"{encoded}'
