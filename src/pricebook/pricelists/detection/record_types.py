"""The column of record types of an export: only rows of one type are articles."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pricebook.pricelists.detection.column_content import ColumnContent, content_at, display_text
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.text import split_header

_TITLES = comparison_keys(
    ("satzart", "satzkennung", "recordtype", "rectype", "satzkennzeichen", "typzáznamu")
)
_PHRASES = frozenset({("record", "type"), ("rec", "type"), ("тип", "записи"), ("row", "type")})
_MAX_LENGTH = 3


class RecordType(NamedTuple):
    """The column of the record types, and the type of the articles."""

    column: int
    of_articles: str

    def differs(self, cells: Sequence[str]) -> bool:
        """Return whether a row is of another type than the articles."""
        text = display_text(cells[self.column]).strip()
        return text not in {self.of_articles, ""}


def find_record_type(
    header: TableHeader, contents: Sequence[ColumnContent], columns: Mapping[Field, int]
) -> RecordType | None:
    """Return the record type of the rows with a price, None if they have several or none."""
    priced = set(content_at(contents, columns["price"]).rows) if "price" in columns else set[int]()
    for index, cell in enumerate(header.cells):
        words = split_header(cell)
        is_named = not _TITLES.isdisjoint(words) or tuple(words[:2]) in _PHRASES
        if not is_named or index in columns.values():
            continue
        content = content_at(contents, index)
        cells = zip(content.rows, content.cells, strict=True)
        types = Counter(display_text(each).strip() for row, each in cells if row in priced)
        if len(types) == 1:
            (of_articles,) = types
            return RecordType(index, of_articles) if len(of_articles) <= _MAX_LENGTH else None
    return None
