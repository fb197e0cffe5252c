"""The choice of the sheets that are read, and the check that they are one price list.

Sheets whose fields have equal headers are one price list. What is in doubt is refused with the
option that decides it: a sheet of goods is read or named, never passed over.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from pricebook.errors import PriceListError, PriceListIssue
from pricebook.pricelists.detection import layout, table
from pricebook.pricelists.detection.header_row import ExpectedColumns, find_first_header
from pricebook.pricelists.detection.sheet_differences import (
    SheetTable,
    basis_difference,
    column_difference,
    same_articles,
    unstated_facts,
)
from pricebook.pricelists.detection.sheet_settings import (
    find_settings,
    is_same_sheet,
    issues_of_sheets,
    request_of_sheet,
)
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.text import quote, quote_list

# Options of the doubts of a sheet that may have no goods; others are about its prices.
_COLUMN_OPTIONS = {
    *("", "header_row", "column_mapping", "key_columns"),
    *("column_mapping.sku", "column_mapping.name", "column_mapping.price"),
}


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
    with_header = [
        name
        for name, records in samples.items()
        if find_settings(request.config, name) is not None
        or _has_header(records, request_of_sheet(request, name))
    ]
    without_header = [
        name
        for name, records in samples.items()
        if name not in with_header
        and _has_inferred_columns(records, request_of_sheet(request, name))
    ]
    goods = [name for name in samples if name in with_header or name in without_header]
    if without_header and len(goods) > 1:
        raise _doubt(goods, f"{quote_list(without_header)} without a known header", goods)
    return goods or [_best_sheet(samples, request)]


def looks_like_goods(records: Sequence[Record], request: ReadRequest) -> bool:
    """Return whether the first rows of a sheet are those of articles with prices."""
    return _has_header(records, request) or _has_inferred_columns(records, request)


def refused_sheets(errors: Mapping[str, PriceListError], names: Sequence[str]) -> PriceListError:
    """Return the error of sheets that cannot be read: each reason names its sheet.

    If other sheets can be read, the last reason is the option that leaves the refused ones out.
    """
    issues = issues_of_sheets(errors, names)
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


def check_one_price_list(sheets: Sequence[SheetTable], request: ReadRequest) -> None:
    """Raise PriceListError if sheets differ in the columns or the meaning of their prices.

    Sheets that are named in the options may differ: each is read by itself, and what only one of
    them states is in doubt. None may list the articles of another one at different prices.
    """
    are_named = bool(configured_sheets(request.config))
    names = list(dict.fromkeys(each.name for each in sheets))
    for other in sheets[1:]:
        is_own = are_named or _has_settings([sheets[0], other], request.config)
        difference = None if is_own else differ(sheets[0], other)
        if difference:
            raise _doubt([sheets[0].name, other.name], difference, names)
    if issues := list(dict.fromkeys(unstated_facts(sheets, request))):
        raise PriceListError.of_issues(issues)
    if same := same_articles(sheets):
        raise _doubt(*same)


def differ(one: SheetTable, other: SheetTable) -> str | None:
    """Return a difference of the columns or of what the prices are, as a clause."""
    return column_difference(one, other) or basis_difference(one, other)


def _has_settings(sheets: Iterable[SheetTable], config: ReadConfig) -> bool:
    return any(find_settings(config, each.name) is not None for each in sheets)


def _find_sheet(names: Sequence[str], wanted: str, kind: str) -> str:
    matching = [name for name in names if name == wanted] or [
        name for name in names if is_same_sheet(name, wanted)
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
    """Return whether content inference finds code, name and price, perhaps not what it is for.

    Of several columns that may be the price, it does not matter which one is, unless that is set.
    """
    is_price_set = "price" in request.config.column_mapping
    try:
        table.detect_table(records, request)
    except PriceListError as error:
        return _COLUMN_OPTIONS.isdisjoint(
            issue.option
            for issue in error.issues
            if issue.option != "column_mapping.price" or is_price_set or not issue.candidates
        )
    return True


def _best_sheet(samples: Mapping[str, Sequence[Record]], request: ReadRequest) -> str:
    expected = ExpectedColumns(request.config.column_mapping, request.currency)
    return max(samples, key=lambda name: table.sample_score(samples[name], expected))


def _doubt(names: Sequence[str], difference: str, together: Sequence[str] = ()) -> PriceListError:
    """Return the error of sheets that are no one price list; those of `together` may be read so."""
    setting = _sheet_names_setting(together)
    both = f", or {setting} to read each by its own columns" if together else ""
    return PriceListError.of_issues(
        [
            PriceListIssue(
                f"The sheets {quote_list(names)} look like price lists of their own "
                f"({difference}); set those to read with sheet_name or sheet_names, for example "
                f'--set sheet_name="{names[0]}"{both}.',
                "sheet_names",
                tuple(together or names),
            )
        ]
    )


def _sheet_names_setting(names: Sequence[str]) -> str:
    if any("," in name for name in names):
        return f"--set sheet_names='{msgspec.json.encode(names).decode()}'"
    return f'--set sheet_names="{",".join(names)}"'
