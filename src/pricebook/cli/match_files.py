"""Suggested matches as CSV that is written, ticked in a spreadsheet, and read again."""

import csv
import io
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pricebook.cli.lookups import find_supplier_id
from pricebook.cli.match_filters import Filters, filter_of
from pricebook.cli.match_output import score_text
from pricebook.db.database import Database
from pricebook.errors import ValidationError
from pricebook.http import safe_csv
from pricebook.matching import codes, service
from pricebook.matching.decision_schemas import Decision
from pricebook.matching.schemas import FilterAction, MatchQuery, SuggestedMatch
from pricebook.pricelists.formula_guard import unguarded

PAGE_ITEMS = 200
# Decisions of one file are one batch.
MAX_ROWS = 10_000
HEADER = (
    "decision",
    "supplier",
    "supplier_sku",
    "item",
    "price",
    "band",
    "score",
    "internal_sku",
    "product",
    "target_price",
    "for",
    "against",
)
WORDS: dict[str, FilterAction] = {
    **dict.fromkeys(("x", "accept", "yes", "1"), "accept"),
    **dict.fromkeys(("reject", "no", "-"), "reject"),
    "none": "none",
}


class DecidedRow(NamedTuple):
    """A row of a file with a decision; `number` counts lines of the file from 1."""

    number: int
    action: FilterAction
    supplier: str
    code: str
    sku: str


async def write_matches(database: Database, filters: Filters) -> None:
    """Print all items that pass the filters as CSV, a line for each suggestion."""
    wanted = await filter_of(database, filters)
    _write([HEADER])
    cursor: str | None = None
    while True:
        page = await service.list_matches(
            database, MatchQuery(**wanted, limit=PAGE_ITEMS, cursor=cursor)
        )
        for match in page.data:
            _write(_rows(match))
        cursor = page.next_cursor
        if cursor is None:
            break


def _write(rows: Sequence[Sequence[object]]) -> None:
    sys.stdout.buffer.write(safe_csv.lines(rows).encode())
    sys.stdout.buffer.flush()


def _rows(match: SuggestedMatch) -> list[Sequence[object]]:
    item = match.supplier_item
    start = ("", item.supplier_name, item.supplier_sku, item.name, item.current_price)
    rows: list[Sequence[object]] = [
        (
            *start,
            each.band,
            score_text(each.score),
            each.internal_sku,
            each.name,
            each.target_price,
            "; ".join(each.reasons),
            "; ".join([*each.objections, *(f"has {code}" for code in each.same_supplier_skus)]),
        )
        for each in match.suggestions
    ]
    return rows or [(*start, "none", *([""] * 6))]


def read_decisions(file: Path) -> list[DecidedRow]:
    """Return the rows of a file that have a decision; raises ValidationError naming a wrong row."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValidationError(f"{file} cannot be read as CSV in UTF-8: {error}.") from error
    first_line = text.partition("\n")[0]
    delimiter = max(",;\t", key=first_line.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    missing = {"decision", "supplier", "supplier_sku", "internal_sku"} - set(rows.fieldnames or ())
    if missing:
        raise ValidationError(
            f"{file} has no column {min(missing)}; `pricebook matches list --csv` writes it."
        )
    decided = list[DecidedRow]()
    for row in rows:
        word = (row["decision"] or "").strip().casefold()
        if not word:
            continue
        if word not in WORDS:
            raise ValidationError(
                f"{file}, line {rows.line_num}: the decision {word} is none of x, accept, reject,"
                " none."
            )
        values = [unguarded((row[name] or "").strip()) for name in HEADER[1:3]]
        sku = unguarded((row["internal_sku"] or "").strip())
        decided.append(DecidedRow(rows.line_num, WORDS[word], values[0], values[1], sku))
    if not 0 < len(decided) <= MAX_ROWS:
        raise ValidationError(
            f"{file} has {len(decided):,} decisions; 1 to {MAX_ROWS:,} can be carried out at once."
        )
    return decided


async def find_decisions(database: Database, rows: Sequence[DecidedRow]) -> list[Decision]:
    """Return the decisions of rows; raises NotFoundError for an unknown supplier, code or SKU.

    `none` in a row of an item that has several counts once. Raises ValidationError for an item that
    is accepted twice.
    """
    by_kind = defaultdict[tuple[str, FilterAction], list[DecidedRow]](list)
    for row in rows:
        by_kind[row.supplier, row.action].append(row)
    decisions = dict[tuple[object, object], Decision]()
    for (supplier, action), group in by_kind.items():
        supplier_id = await find_supplier_id(database, supplier)
        pairs = [(row.code, None if action == "none" else row.sku) for row in group]
        for each in await codes.find_decisions(database, supplier_id, pairs, action):
            decisions[each.supplier_item_id, each.product_id] = each
    return list(decisions.values())
