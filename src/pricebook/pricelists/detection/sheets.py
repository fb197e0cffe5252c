"""The choice of the sheets that are read, and the check that they are one price list.

Sheets whose fields have equal headers are one price list. What is in doubt is refused with the
option that decides it: a sheet of goods is read or named, never passed over.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from pricebook.errors import PriceListError, PriceListIssue
from pricebook.pricelists.detection import layout, table
from pricebook.pricelists.detection.ambiguity_errors import FIELD_LABELS
from pricebook.pricelists.detection.column_content import display_text, item_rows_below
from pricebook.pricelists.detection.column_names import column_letters
from pricebook.pricelists.detection.header_row import ExpectedColumns, find_first_header
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.profile import PriceBasis
from pricebook.pricelists.schemas.read_config import Field, ReadConfig
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.text import clean_code, quote, quote_list

# Options of the doubts of a sheet that may have no goods; others are about its prices.
_COLUMN_OPTIONS = {
    *("", "header_row", "column_mapping", "key_columns"),
    *("column_mapping.sku", "column_mapping.name", "column_mapping.price"),
}
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


def configured_sheets(config: ReadConfig) -> Sequence[str]:
    """Return the sheets of `sheet_names` or `sheet_name`; PriceListError if both are set."""
    if config.sheet_name is None:
        return config.sheet_names or ()
    if config.sheet_names:
        raise PriceListError("Both sheet_name and sheet_names are set; set one of them.")
    return (config.sheet_name,)


def find_sheets(names: Sequence[str], wanted: Iterable[str], kind: str) -> Sequence[str]:
    """Return the sheets of these names, without repetition; the case matters if it decides.

    Raises PriceListError if a sheet is missing; the message calls the file by its kind.
    """
    return list(dict.fromkeys(_find_sheet(names, name, kind) for name in wanted))


def choose_sheets(samples: Mapping[str, Sequence[Record]], request: ReadRequest) -> Sequence[str]:
    """Return the sheets that look like goods by their first rows, else the best one.

    Raises PriceListError if it is in doubt which sheets are the price list.
    """
    with_header = [name for name, records in samples.items() if _has_header(records, request)]
    without_header = [
        name
        for name, records in samples.items()
        if name not in with_header and _has_inferred_columns(records, request)
    ]
    goods = [name for name in samples if name in with_header or name in without_header]
    if without_header and len(goods) > 1:
        raise _doubt(goods, f"{quote_list(without_header)} without a known header")
    return goods or [_best_sheet(samples, request)]


def refused_sheets(errors: Mapping[str, PriceListError], names: Sequence[str]) -> PriceListError:
    """Return the error of sheets that cannot be read: each reason names its sheet.

    If other sheets can be read, the last reason is the option that leaves the refused ones out.
    """
    issues = [
        msgspec.structs.replace(issue, message=f"Sheet {quote(sheet)}: {issue.message}")
        for sheet, error in errors.items()
        for issue in error.issues
    ]
    readable = [name for name in names if name not in errors]
    if readable:
        issues.append(
            PriceListIssue(
                f"Or leave out {quote_list(errors)}: set the sheets to read with sheet_name or "
                f'sheet_names, for example --set sheet_name="{readable[0]}".',
                "sheet_names",
                tuple(readable),
            )
        )
    return PriceListError.of_issues(issues)


def check_one_price_list(sheets: Sequence[SheetTable]) -> None:
    """Raise PriceListError if sheets differ in the columns or the meaning of their prices.

    So do sheets that list the same articles at different prices, such as those of two years.
    """
    for other in sheets[1:]:
        difference = _column_difference(sheets[0], other) or _basis_difference(sheets[0], other)
        if difference:
            raise _doubt([sheets[0].name, other.name], difference)
    if len(sheets) > 1:
        _check_prices(sheets)


def _find_sheet(names: Sequence[str], wanted: str, kind: str) -> str:
    folded = wanted.strip().casefold()
    matching = [name for name in names if name == wanted] or [
        name for name in names if name.strip().casefold() == folded
    ]
    if not matching:
        raise PriceListError(
            f"The {kind} has no sheet {quote(wanted)}; its sheets are "
            f"{quote_list(names) or 'all empty'}."
        )
    return matching[0]


def _has_header(records: Sequence[Record], request: ReadRequest) -> bool:
    """Return whether the first rows have a header of goods by the options or the vocabulary."""
    configured = request.config.column_mapping
    mappings = (configured, layout.with_previous_mapping(configured, request.previous_profile))
    first = records[: table.HEADER_SEARCH_ROWS]
    return any(
        find_first_header(first, ExpectedColumns(mapping, request.currency)) for mapping in mappings
    )


def _has_inferred_columns(records: Sequence[Record], request: ReadRequest) -> bool:
    """Return whether content inference finds code, name and price, perhaps not what it is for."""
    try:
        table.detect_table(records, request)
    except PriceListError as error:
        return _COLUMN_OPTIONS.isdisjoint(issue.option for issue in error.issues)
    return True


def _best_sheet(samples: Mapping[str, Sequence[Record]], request: ReadRequest) -> str:
    expected = ExpectedColumns(request.config.column_mapping, request.currency)
    return max(samples, key=lambda name: table.sample_score(samples[name], expected))


def _column_difference(one: SheetTable, other: SheetTable) -> str | None:
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


def _basis_difference(one: SheetTable, other: SheetTable) -> str | None:
    """Return the first statement about prices in which two sheets differ, as a clause."""
    first, second = one.table.basis, other.table.basis
    for name in PriceBasis.__struct_fields__:
        values = getattr(first, name), getattr(second, name)
        if values[0] != values[1]:
            option = _OPTIONS_BY_BASIS.get(name, name)
            texts = ["not stated" if value is None else str(value) for value in values]
            return f"{option} {_on_both(one, other, texts)}, unless you set {option}"
    return None


def _check_prices(sheets: Sequence[SheetTable]) -> None:
    """Raise PriceListError if most sampled articles of a sheet have another price on another."""
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
                raise _doubt(
                    [sheets[earlier].name, sheet.name],
                    f"the same articles at different prices: {example}",
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


def _doubt(names: Sequence[str], difference: str) -> PriceListError:
    return PriceListError.of_issues(
        [
            PriceListIssue(
                f"The sheets {quote_list(names)} look like price lists of their own "
                f"({difference}); set those to read with sheet_name or sheet_names, for example "
                f'--set sheet_name="{names[0]}".',
                "sheet_names",
                tuple(names),
            )
        ]
    )
