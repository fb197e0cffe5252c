"""Columns that count what is in the container of the price: `Plants/tray`, `Bottles per case`."""

import re
from collections.abc import Collection, Sequence

from pricebook.pricelists.detection import fact_cells
from pricebook.pricelists.detection.column_content import ColumnContent, content_at
from pricebook.pricelists.detection.counted_headers import packs_of
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_texts import (
    header_packs,
    header_statement,
    mentions_price,
)
from pricebook.pricelists.detection.header_vocabulary import COUNTED_PER_KEYS, NON_FIELD_KEYS
from pricebook.pricelists.detection.quantity_phrases import PACK_CODES
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.facts.units import PIECE, parse_unit
from pricebook.pricelists.text import split_header

_PER = COUNTED_PER_KEYS | comparison_keys(("à", "na", "en", "dans", "la", "le"))
# What lies on a pallet in layers is counted by another column.
_LAYERS = comparison_keys(
    ("lagen", "lage", "layers", "layer", "couches", "слоев", "warstw", "capas")
)
_COUNTED = re.compile(r"(?P<counted>[^/]+)/(?P<pack>[^/]+)").fullmatch


def find_pack_counts(
    header: TableHeader,
    contents: Sequence[ColumnContent],
    price: int,
    taken: Collection[int],
) -> list[int]:
    """Return the free columns of whole numbers that count what is in the container of the price."""
    if not header_statement(header.cells[price]).is_per_pack:
        return []
    packs = header_packs(header.cells[price])
    return [
        index
        for index, cell in enumerate(header.cells)
        if index not in taken
        and index not in header.ignored
        and _counts(cell, packs)
        and _has_counts(content_at(contents, index))
    ]


def _counts(cell: str, packs: Collection[str]) -> bool:
    """Return whether a header is a word for things and one for a pack: `Plants per tray`."""
    if mentions_price(cell):
        return False
    if match := _COUNTED(cell.strip()):
        counted, pack = split_header(match["counted"]), split_header(match["pack"])
    else:
        words = split_header(cell)
        starts = [index for index, word in enumerate(words) if word in _PER]
        if not starts:
            return False
        counted, pack = words[: starts[0]], words[starts[0] + 1 :]
    if len(counted) != 1 or not packs_of(pack) or packs_of(pack).isdisjoint(packs):
        return False
    return _is_countable(counted[0])


def _is_countable(word: str) -> bool:
    """Return whether a word may be one for things: no measure, no pack, nothing else known."""
    unit = parse_unit(word)
    is_measure = unit is not None and unit != PIECE and not unit.startswith("X")
    is_known = word in NON_FIELD_KEYS or word in _LAYERS
    return not (is_measure or is_known or unit in PACK_CODES) and word.isalpha()


def _has_counts(content: ColumnContent) -> bool:
    """Return whether the cells are whole quantities of at least one piece."""
    is_whole = content.kind == "whole" or content.has_few_numbers
    return is_whole and bool(content.cells) and fact_cells.is_quantity(content)
