"""Fuzz query strings: only refusals escape, and equal cache keys mean the same."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import attacks
import msgspec

from pricebook.catalog.schemas import CatalogQuery, CursorPosition, ExportQuery
from pricebook.errors import ValidationError
from pricebook.http.pagination import Paging
from pricebook.http.query_string import MAX_BYTES, decode_query
from pricebook.matching.schemas import MatchQuery
from pricebook.products.list_filters import StaffProductQuery
from pricebook.suppliers.schemas import UnmatchedItemQuery
from pricebook.tasks.schemas import TaskQuery

KINDS = (
    *(CatalogQuery, StaffProductQuery, UnmatchedItemQuery, MatchQuery, TaskQuery, ExportQuery),
    Paging,
)
MAX_KEYS = 100_000
SKU = "HAM-1"
PRODUCT_ID = "0b6f3a52-5f5c-4c8e-9a31-3f1f0d5f7a10"
SEEDS = (
    b"limit=2&page=1",
    b"sort=-price&search=%D0%BF+hammer++1&limit=050",
    b"min_price=1e-99999&max_price=%31.00005&sort=newest",
    b"min_price=-0&max_price=9999999999.9999",
    b"category_id=c1d7e9a4-7d0b-4a53-8e0e-6b1f4a2d9c55&page=2",
    b"search=%E3%80%80a&search=b",
    b"status=active&min_margin=-1e5&max_margin=99.999&supplier_id=" + PRODUCT_ID.encode(),
    b"state=queued&supplier_id=" + PRODUCT_ID.encode(),
    b"format=csv&search=%00",
    b"search=%ff&%ED%A0%80=1&limit=null&page=true",
)


def make_target(_name: str, _folder: Path) -> Callable[[bytes], None]:
    """Make the target that decodes a case as each kind of query."""
    meanings: dict[str, object] = {}

    def check(case: bytes) -> None:
        for kind in KINDS:
            decoded = _decoded(kind, case)
            if isinstance(decoded, CatalogQuery):
                _require_one_meaning(meanings, decoded)
                _require_next_page(decoded)

    return check


def _decoded(kind: type[msgspec.Struct], case: bytes) -> Any:
    """Decode a query and compute what is derived from it; None if it is refused."""
    try:
        decoded = decode_query(kind, case)
    except ValidationError as error:
        msgspec.json.encode(error.issues)
        return None
    for name in (each for each in dir(kind) if isinstance(getattr(kind, each), property)):
        value = getattr(decoded, name)
        assert not isinstance(value, Decimal) or value.is_finite(), (name, case)
    encoded = msgspec.json.encode(decoded)
    assert len(encoded) < MAX_BYTES, case
    assert b"\\u0000" not in encoded, case
    return decoded


def _require_one_meaning(meanings: dict[str, object], query: CatalogQuery) -> None:
    if len(meanings) > MAX_KEYS:
        meanings.clear()
    meaning = _meaning(query)
    assert meanings.setdefault(query.key, meaning) == meaning, query


def _meaning(query: CatalogQuery) -> tuple[object, ...]:
    return *query.filter_values, query.sort, query.limit, query.page, query.cursor


def _require_next_page(query: CatalogQuery) -> None:
    """Check that the Link leads to the same list after a product, written in one way only."""
    key = query.search or SKU
    cursor = query.cursor_after(key, PRODUCT_ID)
    link = query.next_page(cursor)
    following = decode_query(CatalogQuery, link.encode())
    expected = (*query.filter_values, query.sort, query.limit, 1, cursor)
    assert _meaning(following) == expected, query
    position = CursorPosition(query.page_number + 1, key, PRODUCT_ID)
    assert following.after == position, query
    assert following.next_page(cursor) == link, query


def seeds_of(_name: str, _paths: Iterable[Path]) -> Iterable[bytes]:
    """Return ordinary queries, those of attacks, and some that have a cursor."""
    yield from SEEDS
    for request in attacks.REFUSED.values():
        yield request.partition(b" HTTP/")[0].partition(b"?")[2][:MAX_BYTES]
    for query in SEEDS:
        if decoded := _decoded(CatalogQuery, query):
            yield decoded.next_page(decoded.cursor_after(SKU, PRODUCT_ID)).encode()
