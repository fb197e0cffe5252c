"""Whether a row above or below a header row belongs to the header."""

from collections.abc import Collection, Sequence

from pricebook.pricelists.detection.column_content import filled_columns
from pricebook.pricelists.detection.header_texts import (
    MAX_COLUMNS,
    MAX_HEADER_LENGTH,
    has_other_price_word,
    mentions_price,
    tier_quantity,
)
from pricebook.pricelists.detection.header_words import (
    field_ranks,
    is_header_continuation,
    is_known_non_price_header,
)
from pricebook.pricelists.detection.tax_remarks import stated_tax
from pricebook.pricelists.detection.undiscounted import (
    excludes_discounts,
    is_legend,
    names_marks,
)
from pricebook.pricelists.detection.vocabulary import NAMED_SKU_RANK
from pricebook.pricelists.numbers import count_decimals
from pricebook.pricelists.schemas.cells import Record

_LEGEND = ("term", "definition")


def has_numeric_cell(cells: Sequence[str]) -> bool:
    """Return whether a row has a numeric cell, which item rows have and header rows have not."""
    return any(
        any(char.isdigit() for char in cell) and count_decimals(cell.strip(), "") is not None
        for cell in cells
    )


def may_be_header_row(record: Record, below: Record) -> bool:
    """Return whether a row may be an upper header row, not a title above the whole table."""
    _, cells, malformed = record
    filled, filled_below = filled_columns(cells), filled_columns(below[1])
    is_title = len(filled) == 1 < len(filled_below) and filled[0] <= filled_below[0]
    return not (
        malformed
        or is_title
        or is_legend_row(cells)
        or has_numeric_cell(cells)
        or any(len(cell) > MAX_HEADER_LENGTH for cell in cells)
    )


def is_legend_row(cells: Sequence[str]) -> bool:
    """Return whether a row defines a mark, in one cell or in two: `* net prices`, `*`, `netto`."""
    texts = [cells[index] for index in filled_columns(cells)]
    is_one = len(texts) == 1 and names_marks(texts[0])
    if is_one:
        text = texts[0].strip()
        is_sign = not text[0].isalnum() and text[0] not in f"([{text[-1]}"
        return is_sign or "=" in text
    return len(texts) == len(_LEGEND) and is_legend(*texts)


def _is_net_title(cells: Sequence[str], title_columns: Collection[int]) -> bool:
    """Return whether the only cell of a row is the title of net articles: `NETTO`."""
    filled = filled_columns(cells)
    if len(filled) != 1 or filled[0] not in title_columns:
        return False
    return stated_tax(cells[filled[0]]) is not None or bool(excludes_discounts(cells[filled[0]]))


def is_upper_header_row(upper: Record, below: Record, titles: Sequence[str], currency: str) -> bool:
    """Return whether a row above qualifies the header: `Unit` above `price`."""
    pairs = zip(map(str.strip, upper[1]), map(str.strip, titles), strict=False)
    return may_be_header_row(upper, below) and any(
        above and title and above != title and _is_known_combination(above, title, currency)
        for above, title in pairs
    )


def is_lower_header_row(
    lower: Record, header_cells: Sequence[str], article_columns: Collection[int], currency: str
) -> bool:
    """Return whether a row below continues the header: `net | gross` below `Price`.

    An item row is excluded by its code or name, those in `article_columns`: a header row has no new
    text there.
    """
    _, cells, malformed = lower
    titles = [cell.strip() for cell in header_cells]
    titles += [""] * (len(cells) - len(titles))
    new = {
        index: cell
        for index in filled_columns(cells[:MAX_COLUMNS])
        if (cell := cells[index].strip()) != titles[index]
    }
    keys = new.keys() & article_columns
    continues = {
        index: _is_known_combination(titles[index], cell, currency) for index, cell in new.items()
    }
    is_header = {key: len(new) > 1 and field_ranks(new[key], currency) for key in keys}
    if malformed or not all(continues[key] or is_header[key] for key in keys):
        return False
    if is_legend_row(cells) or _is_net_title(cells, {0, *article_columns}):
        return False
    spanning_titles = {index: title for index in new if (title := _spanning_title(titles, index))}
    numbered = [
        cell
        for index, cell in new.items()
        if not (
            (continues[index] and mentions_price(titles[index]))
            or _may_be_numbered(spanning_titles.get(index, ""), cell, currency)
        )
    ]
    if any(map(str.isdecimal, "".join(numbered))):
        return False
    is_continuation = all(
        continues[index] or is_header_continuation(cell, currency) for index, cell in new.items()
    )
    return bool(new) and (is_continuation or len(spanning_titles) > 1)


def _may_be_numbered(spanning_title: str, below: str, currency: str) -> bool:
    """Return whether a cell below a spanning title of prices may have digits: `10+`, `2026`."""
    is_tier = mentions_price(spanning_title) and tier_quantity(below) is not None
    return is_tier or "price" in field_ranks(spanning_title, currency)


def _spanning_title(titles: Sequence[str], index: int) -> str:
    """Return the title that spans a column and its neighbours, empty if there is none."""
    if titles[index]:
        return titles[index] if "" in titles[index + 1 : index + 2] else ""
    return next(filter(None, reversed(titles[:index])), "")


def _is_known_combination(above: str, below: str, currency: str) -> bool:
    whole = f"{above} {below}"
    known = _names_field(whole, currency) or _names_field(f"{below} {above}", currency)
    is_other_price = mentions_price(whole) and has_other_price_word(whole)
    return known or (is_other_price and not is_known_non_price_header(below, currency))


def _names_field(text: str, currency: str) -> bool:
    """Return whether joined cells name a field; any title joined with `SKU` would name a code."""
    return bool(field_ranks(text, currency).items() - {("sku", NAMED_SKU_RANK)})
