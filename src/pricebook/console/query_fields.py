"""The query string of a page: the filters of a view, as they are in its address."""

from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

import msgspec

from pricebook.errors import FieldIssue, ValidationError, validation_error
from pricebook.http.query_string import decode_query

StructT = TypeVar("StructT", bound=msgspec.Struct)
MAX_QUERY = 8192


class PageQuery(msgspec.Struct):
    """The fields of a query that are not empty, as they were typed."""

    fields: dict[str, str]

    def get(self, name: str) -> str:
        """Return a field, empty if it was not sent."""
        return self.fields.get(name, "")

    def without(self, *names: str) -> "PageQuery":
        """Return the query without some fields."""
        return PageQuery({name: text for name, text in self.fields.items() if name not in names})

    def address(self, path: str, **changes: object) -> str:
        """Return the address of the same view with changes; None and empty texts drop a field."""
        fields = {**self.fields, **{name: str(value or "") for name, value in changes.items()}}
        query = urlencode({name: value for name, value in fields.items() if value})
        return f"{path}?{query}" if query else path


def read_page_query(kind: type[msgspec.Struct], raw: bytes, *others: str) -> PageQuery:
    """Return the fields that a struct knows, and those of other names; the rest is dropped.

    Links from elsewhere may have more.
    """
    text = raw[:MAX_QUERY].decode("utf-8", "replace")
    pairs = parse_qsl(text, errors="replace")
    known = {*kind.__struct_fields__, *others}
    return PageQuery({name: value.strip() for name, value in pairs if name in known and value})


def decode_page_query(
    kind: type[StructT], query: PageQuery
) -> tuple[StructT | None, tuple[FieldIssue, ...]]:
    """Return the struct of a query and no issues, or None and why it was refused."""
    try:
        return decode_query(kind, urlencode(query.fields).encode()), ()
    except ValidationError as error:
        return None, error.issues


def require_page_query(kind: type[StructT], query: PageQuery) -> StructT:
    """Return the struct of a query; raises ValidationError."""
    criteria, issues = decode_page_query(kind, query)
    if criteria is None:
        raise validation_error(*issues)
    return criteria
