"""Pages of a list: what a caller asks for and what every list answers."""

from typing import Annotated, Generic, TypeVar
from urllib.parse import quote, unquote_plus

import msgspec

row = TypeVar("row")

PageNumber = Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000, description="Page, from 1.")]
PageSize = Annotated[int, msgspec.Meta(ge=1, le=200, description="Rows a page.")]

# What has a meaning in a query string, or has been escaped by who sent it.
AS_SENT = "&=+%:,"


class Paging(msgspec.Struct, frozen=True):
    """Which page of a list, and how many rows a page."""

    page: PageNumber = 1
    limit: PageSize = 50

    @property
    def offset(self) -> int:
        """The number of rows before this page."""
        return (self.page - 1) * self.limit


class Page(msgspec.Struct, Generic[row], frozen=True):
    """One page of a list, and how many rows the list has in all."""

    total_count: int
    page: int
    limit: int
    data: list[row]


def page_of(paging: Paging, total_count: int, data: list[row]) -> Page[row]:
    """Put the rows of a page into the shape that every list answers."""
    return Page(total_count=total_count, page=paging.page, limit=paging.limit, data=data)


def next_page_url(path: str, query_string: bytes, cursor: str) -> str:
    """Return where the next page is, relative to the host: the same list after a cursor."""
    given = query_string.decode().split("&")
    kept = [each for each in given if _name_of(each) not in {"", "page", "cursor"}]
    return f"{path}?{quote('&'.join([*kept, f'cursor={cursor}']), safe=AS_SENT)}"


def _name_of(parameter: str) -> str:
    return unquote_plus(parameter.partition("=")[0])
