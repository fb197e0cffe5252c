"""Pages of a list: what a caller asks for and what every list answers."""

from typing import Annotated, Generic, TypeVar
from urllib.parse import urlencode

import msgspec

RowT = TypeVar("RowT")

PageNumber = Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000, description="Page, from 1.")]
PageSize = Annotated[int, msgspec.Meta(ge=1, le=200, description="Rows a page.")]


class Paging(msgspec.Struct, frozen=True):
    """Which page of a list, and how many rows a page."""

    page: PageNumber = 1
    limit: PageSize = 50

    @property
    def offset(self) -> int:
        """The number of rows before this page."""
        return (self.page - 1) * self.limit


class Page(msgspec.Struct, Generic[RowT], frozen=True):
    """One page of a list, and how many rows the list has in all."""

    total_count: int
    page: int
    limit: int
    data: list[RowT]


def page_of(paging: Paging, total_count: int, data: list[RowT]) -> Page[RowT]:
    """Put the rows of a page into the shape that every list answers."""
    return Page(total_count=total_count, page=paging.page, limit=paging.limit, data=data)


def encode_query(**values: object) -> str:
    """Write the parameters that are not None as a query string, in the order in which they come."""
    return urlencode([each for each in values.items() if each[1] is not None])
