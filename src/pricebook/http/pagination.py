"""Pages of a list: page number and size in requests, the shape of every list response."""

from typing import Annotated, Generic, Protocol, TypeVar
from urllib.parse import urlencode

import msgspec

from pricebook.http.field_types import doc

RowT = TypeVar("RowT")

PageNumber = Annotated[
    int, msgspec.Meta(ge=1, le=1_000_000_000, description="Number of the page; the first is 1.")
]
PageSize = Annotated[int, msgspec.Meta(ge=1, le=200, description="Rows per page.")]


class PageRequest(Protocol):
    """The page number and size of a query."""

    @property
    def page(self) -> int: ...  # noqa: D102

    @property
    def limit(self) -> int: ...  # noqa: D102


class Paging(msgspec.Struct, frozen=True):
    """The number of a page, and its size in rows."""

    page: PageNumber = 1
    limit: PageSize = 50

    @property
    def offset(self) -> int:
        """The number of rows before this page."""
        return (self.page - 1) * self.limit


class Page(msgspec.Struct, Generic[RowT], frozen=True):
    """One page of a list, and the number of rows in the whole list."""

    total_count: Annotated[int, doc("Rows of all pages together; exact.")]
    page: Annotated[int, doc("Number of this page; the first is 1.")]
    limit: Annotated[int, doc("Rows per page, at most.")]
    data: Annotated[list[RowT], doc("The rows of this page.")]


def page_of(request: PageRequest, total_count: int, data: list[RowT]) -> Page[RowT]:
    """Return the rows of a page in the shape of every list response."""
    return Page(total_count=total_count, page=request.page, limit=request.limit, data=data)


def encode_query(**values: object) -> str:
    """Return the parameters that are not None as a query string, in the given order."""
    return urlencode([each for each in values.items() if each[1] is not None])
