"""In what the tables of two sheets differ: columns, meaning of the prices, and their articles."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from pricebook.errors import PriceListIssue
from pricebook.pricelists.detection import layout
from pricebook.pricelists.detection.ambiguity_errors import FIELD_LABELS
from pricebook.pricelists.detection.column_content import display_text, item_rows_below
from pricebook.pricelists.detection.column_names import column_letters
from pricebook.pricelists.detection.detection_issues import name_option
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.profile import Fact, PriceBasis
from pricebook.pricelists.schemas.read_config import DISCOUNT_FIELDS, Field
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.text import clean_code, quote

# Fields that some of the sheets may lack: none of them changes what a price means.
_OPTIONAL_FIELDS = frozenset[Field](
    (
        *("category", "unit", "pack_size", "min_order_quantity", "gtin", "mpn", "brand", "stock"),
        "lead_time",
    )
)
_OPTIONS_BY_BASIS = {"discounts": "discount", "next_from": "column_mapping"}


class SheetTable(NamedTuple):
    """A sheet, the table that was detected on it, and its first rows."""

    name: str
    table: DetectedTable
    sample: Sequence[Record]


def column_difference(one: SheetTable, other: SheetTable) -> str | None:
    """Return the first field whose columns have different headers, as a clause."""
    for field in (*one.table.columns, *other.table.columns):
        titles = [_title(each.table, each.table.columns.get(field)) for each in (one, other)]
        if None in titles and field in _OPTIONAL_FIELDS:
            continue
        if titles[0] != titles[1]:
            return f"the {FIELD_LABELS[field]} {_on_both(one, other, _labels(one, other, field))}"
    tiers = [
        [(quantity, _title(each.table, index)) for quantity, index in each.table.tiers]
        for each in (one, other)
    ]
    if tiers[0] != tiers[1]:
        return "the price tiers of each in other columns"
    keys = [
        [_title(each.table, index) for index in each.table.key_columns] for each in (one, other)
    ]
    return None if keys[0] == keys[1] else "the key_columns of each in other columns"


def basis_difference(one: SheetTable, other: SheetTable) -> str | None:
    """Return the first statement about prices in which two sheets differ, as a clause."""
    first, second = one.table.basis, other.table.basis
    for name in PriceBasis.__struct_fields__:
        values = getattr(first, name), getattr(second, name)
        if values[0] != values[1]:
            option = _OPTIONS_BY_BASIS.get(name, name)
            texts = ["not stated" if value is None else str(value) for value in values]
            return f"{option} {_on_both(one, other, texts)}, unless you set {option}"
    return None


def unstated_facts(sheets: Sequence[SheetTable], request: ReadRequest) -> Iterator[PriceListIssue]:
    """Yield an issue for each sheet that does not state what another one states of its prices."""
    for name in ("currency", "discount", "price_quantity", "vat_included"):
        if name == "vat_included" and request.catalog_vat == "as_listed":
            continue  # no price depends on it
        # A discount of all sheets by an option is a fact of each.
        origins = {"sentence", "setting"} if name == "discount" else {"sentence"}
        stating = next((each for each in sheets if _statement(each, name, origins)), None)
        fact = _statement(stating, name, origins) if stating else None
        if stating is None or fact is None:
            continue
        by_setting = name == "discount" and fact.origin == "setting"
        decided = _known_sheets(request) if by_setting else ()
        for each in sheets:
            default = _default(each, name)
            if default not in (None, fact.value) and each.name not in decided:
                yield _unstated_issue(name, fact, default, (stating.name, each.name))


def same_articles(sheets: Sequence[SheetTable]) -> tuple[list[str], str] | None:
    """Return two sheets of which one has most sampled articles of the other at another price.

    The clause beside their names has an example.
    """
    first_sheet: dict[str, int] = {}
    prices = [_sample_prices(sheet) for sheet in sheets]
    for number, sheet in enumerate(sheets):
        different: dict[int, list[str]] = {}
        for code, price in prices[number].items():
            earlier = first_sheet.setdefault(code, number)
            if prices[earlier][code] != price:
                different.setdefault(earlier, []).append(code)
        for earlier, codes in different.items():
            if 2 * len(codes) > min(len(prices[number]), len(prices[earlier])):
                values = [quote(prices[index][codes[0]]) for index in (earlier, number)]
                example = f"{quote(codes[0])} {_on_both(sheets[earlier], sheet, values)}"
                names = [sheets[earlier].name, sheet.name]
                return names, f"the same articles at different prices: {example}"
    return None


def _statement(sheet: SheetTable, name: str, origins: Collection[str]) -> Fact | None:
    """Return the fact of a sheet that may hold for another one that does not state it."""
    fact = sheet.table.facts.get(name)
    if fact is None or fact.origin in {"assumed", "column", "cell"}:
        return None
    return fact if name == "currency" or fact.origin in origins else None


def _known_sheets(request: ReadRequest) -> set[str | None]:
    """Return the sheets that an earlier price list was read from."""
    known = request.previous_profile
    return {known.sheet, *known.sheets, *known.whole_sheets} if known else set()


def _default(sheet: SheetTable, name: str) -> str | None:
    """Return what holds for a sheet that does not state a fact, None if it states it."""
    table = sheet.table
    fact = table.facts.get(name)
    if name == "currency":
        return table.basis.currency if fact is None or fact.origin == "assumed" else None
    if fact is not None or name in table.columns:
        return None
    if name == "discount":
        has_discounts = bool(table.basis.discount_groups or table.basis.title_discounts)
        is_open = table.basis.discount_base != "none" and not has_discounts
        has_column = not table.columns.keys().isdisjoint((*DISCOUNT_FIELDS, "discount_group"))
        return "0" if is_open and not has_column else None
    if name == "price_quantity":
        has_unit = table.basis.prices_per_pack or not {"unit", "prices_per_pack"}.isdisjoint(
            table.facts
        )
        return None if has_unit else "1"
    return "not stated"


def _unstated_issue(name: str, fact: Fact, default: str, sheets: tuple[str, str]) -> PriceListIssue:
    stating, other = sheets
    label = {"price_quantity": "quantity that a price is for", "vat_included": "inclusion of VAT"}
    by = f" by {fact.source}" if fact.source else ""
    candidates = (fact.value, *([default] if default != "not stated" else []))
    option = name_option(other, f"{name}={fact.value}")
    return PriceListIssue(
        f"Sheet {quote(other)}: Nothing states the {label.get(name, name)}, which on the sheet "
        f"{quote(stating)} is {fact.value}{by}; set it, as in {option}.",
        name,
        candidates,
        sheet=other,
    )


def _sample_prices(sheet: SheetTable) -> dict[str, str]:
    """Map the codes of the sample to the texts of their prices."""
    columns = sheet.table.columns
    keys = sheet.table.key_columns or (columns["sku"],)
    width = max(*keys, columns["price"])
    return {
        clean_code(" ".join(display_text(cells[index]) for index in keys)): display_text(
            cells[columns["price"]]
        ).strip()
        for cells in item_rows_below(sheet.sample, sheet.table.rows_start_below)
        if len(cells) > width and cells[columns["price"]].strip()
    }


def _title(detected: DetectedTable, index: int | None) -> str | None:
    """Return the header of a column for comparison, without case and dates; else its letters."""
    if index is None:
        return None
    return layout.normalized_title(detected.headers[index]) or column_letters(index)


def _labels(one: SheetTable, other: SheetTable, field: Field) -> list[str]:
    labels: list[str] = []
    for each in (one, other):
        index = each.table.columns.get(field)
        title = "" if index is None else each.table.headers[index]
        labels.append("nowhere" if index is None else quote(title) if title else _letters(index))
    return labels


def _letters(index: int) -> str:
    return f"column {column_letters(index)}"


def _on_both(one: SheetTable, other: SheetTable, values: Sequence[str]) -> str:
    return f"{values[0]} on {quote(one.name)}, {values[1]} on {quote(other.name)}"
