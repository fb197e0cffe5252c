"""Pages of a list: number, size and cursor in requests, the shape of every list response."""

from typing import TYPE_CHECKING, Annotated, Generic, Protocol, TypeVar
from urllib.parse import quote_plus

import msgspec

from pricebook.db.keyset import COUNT_LIMIT, Window
from pricebook.db.list_pages import ListPage
from pricebook.db.sort_keys import Position
from pricebook.errors import FieldIssue, query_issue, validation_error
from pricebook.http.cursor import Cursor, CursorQuery
from pricebook.http.field_types import doc

RowT = TypeVar("RowT")

PageNumber = Annotated[
    int, msgspec.Meta(ge=1, le=1_000_000_000, description="Number of the page; the first is 1.")
]
PageSize = Annotated[int, msgspec.Meta(ge=1, le=200, description="Rows per page.")]
NextCursor = Annotated[
    Cursor | None,
    doc(
        "Value of `next_cursor` of the page before, with the same filters and sort; replaces"
        " `page`. Every page costs what the first one does, and no row is missed or repeated while"
        " others are added or deleted."
    ),
]
ExactCount = Annotated[
    bool, doc("Whether all rows are counted, however many there are, which takes its time.")
]


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


class CursorPosition(msgspec.Struct, frozen=True, array_like=True):
    """The number of a page, and the position of the last row before it in its list."""

    page: int
    position: list[str | None]


class KeysetQuery(CursorQuery[CursorPosition]):
    """The page of a query with `page`, `limit`, `cursor` and `exact_count` beside its filters."""

    __slots__ = ()
    position_type = CursorPosition
    if TYPE_CHECKING:
        page: int
        limit: int
        exact_count: bool

    @property
    def page_number(self) -> int:
        """The number of the page, also of one that a cursor selects."""
        return self.after.page if self.after else self.page

    @property
    def window(self) -> Window:
        """The rows of the page and one more, which says whether there is a next page."""
        after = self.after
        offset = 0 if after else (self.page - 1) * self.limit
        return Window(self.limit + 1, offset, after and after.position, self.exact_count)

    def cursor_issues(self) -> list[FieldIssue]:
        """Return the issues of the parameter `cursor`."""
        if self.cursor is not None and self.page != 1:
            return [query_issue("page", "cannot be combined with cursor")]
        return super().cursor_issues()

    def cursor_after(self, position: Position) -> str:
        """Return the cursor of the page after a row."""
        return self.cursor_at(CursorPosition(self.page_number + 1, [*position]))


class CursorPaging(msgspec.Struct, KeysetQuery, frozen=True):
    """The number of a page or the cursor to it, and its size in rows."""

    page: PageNumber = 1
    limit: PageSize = 50
    cursor: NextCursor = None
    exact_count: ExactCount = False

    def __post_init__(self) -> None:
        """Raise ValidationError naming the parameters that cannot be used."""
        if issues := self.issues():
            raise validation_error(*issues)

    def issues(self) -> list[FieldIssue]:
        """Return the issues that types alone do not show."""
        return self.cursor_issues()


class Page(msgspec.Struct, Generic[RowT], frozen=True):
    """One page of a list, and the number of rows in the whole list."""

    total_count: Annotated[int, doc("Rows of all pages together; exact.")]
    page: Annotated[int, doc("Number of this page; the first is 1.")]
    limit: Annotated[int, doc("Rows per page, at most.")]
    data: Annotated[list[RowT], doc("The rows of this page.")]


class CursorPage(msgspec.Struct, Generic[RowT], frozen=True):
    """One page of a list whose pages have cursors, and the number of rows in the whole list."""

    total_count: Annotated[
        int,
        doc(
            f"Rows of all pages together. Above {COUNT_LIMIT:,} it is an estimate, more than the"
            " rows up to this page while others follow, unless `exact_count` is true."
        ),
    ]
    total_count_is_exact: Annotated[bool, doc("Whether `total_count` is exact, not an estimate.")]
    page: Annotated[int, doc("Number of this page; the first is 1.")]
    limit: Annotated[int, doc("Rows per page, at most.")]
    next_cursor: Annotated[
        str | None, doc("Cursor of the next page, as parameter `cursor`; null on the last page.")
    ]
    data: Annotated[list[RowT], doc("The rows of this page.")]


def page_of(request: PageRequest, total_count: int, data: list[RowT]) -> Page[RowT]:
    """Return the rows of a page in the shape of every list response."""
    return Page(total_count=total_count, page=request.page, limit=request.limit, data=data)


def cursor_page_of(query: KeysetQuery, found: ListPage[RowT]) -> CursorPage[RowT]:
    """Return the rows of the window of a query, without the one more that it has, as a page.

    On the last page the number of rows is known, unless some changed since the first page.
    """
    number, limit = query.page_number, query.limit
    shown = found.rows[:limit]
    has_more = len(found.rows) > limit
    total_count, is_exact = found.total_count, found.is_exact
    if not is_exact:
        read = (number - 1) * limit + len(found.rows)
        is_last = bool(found.rows) and not has_more
        total_count = read if is_last else max(total_count, read)
        is_exact = is_last and query.cursor is None
    return CursorPage(
        total_count=total_count,
        total_count_is_exact=is_exact,
        page=number,
        limit=limit,
        next_cursor=query.cursor_after(found.positions[limit - 1]) if has_more else None,
        data=shown,
    )


def encode_query(**values: object) -> str:
    """Return the parameters that are not None as a query string, in the given order."""
    given = ((name, value) for name, value in values.items() if value is not None)
    return "&".join(f"{name}={quote_plus(str(value))}" for name, value in given)
