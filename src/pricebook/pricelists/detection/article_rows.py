"""Where the articles of a table begin, and how they look."""

from collections.abc import Collection, Mapping, Sequence

from pricebook.pricelists.detection.column_content import filled_columns
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.sections import ArticleLook, article_look


def look_of_articles(
    records: Sequence[Record], header_row: int, columns: Mapping[Field, int]
) -> ArticleLook | None:
    """Return how articles look if no column of codes distinguishes them from section titles."""
    name = columns["name"]
    if columns.get("sku", name) != name:
        return None
    return article_look(records, header_row, name, columns["price"])


def last_row_before_items(records: Sequence[Record], code_and_name: Collection[int]) -> int:
    """Return the 1-based number of the row above the first one with a code and a name."""
    articles = (
        number for number, cells, _ in records if set(code_and_name).issubset(filled_columns(cells))
    )
    return next(articles, 1) - 1
