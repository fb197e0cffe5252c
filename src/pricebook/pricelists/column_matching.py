"""Columns of one table among those of all tables of a price list, by their headers."""

from collections.abc import Sequence
from functools import lru_cache

from pricebook.pricelists.detection.column_names import column_letters
from pricebook.pricelists.detection.layout import normalized_title


def match_columns(titles: Sequence[str], headers: Sequence[str]) -> list[int | None]:
    """Return the column of each title among headers, each column once, None if it has none.

    Columns without a header match by their position.
    """
    columns: dict[str, list[int]] = {}
    for index, header in enumerate(headers):
        columns.setdefault(_column_key(header, index), []).insert(0, index)
    matching = (columns.get(_column_key(title, index)) for index, title in enumerate(titles))
    return [indices.pop() if indices else None for indices in matching]


def _column_key(title: str, index: int) -> str:
    return normalized_title(title) or normalized_title(f"column {column_letters(index)}")


@lru_cache(maxsize=256)
def _column_order(own: tuple[str, ...], headers: tuple[str, ...]) -> Sequence[int | None]:
    """Return the own column of each of all headers, nothing if the first ones are the own."""
    order = match_columns(headers, own)
    return () if order[: len(own)] == list(range(len(own))) else order


def order_by_headers(cells: list[str], own: tuple[str, ...], headers: tuple[str, ...]) -> list[str]:
    """Return cells under own headers in the order of all headers, further ones behind them."""
    order = _column_order(own, headers)
    if not order:
        return cells
    named = {column for column in order if column is not None}
    rest = [cell for index, cell in enumerate(cells) if index >= len(own) or index not in named]
    ordered = [
        cells[column] if column is not None and column < len(cells) else "" for column in order
    ]
    return [*ordered, *filter(None, rest)]
