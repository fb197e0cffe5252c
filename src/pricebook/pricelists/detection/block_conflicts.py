"""What tables of one sheet say of their prices: options against it, and facts of all of them."""

from collections.abc import Sequence

import msgspec

from pricebook.errors import PriceListError
from pricebook.pricelists.detection import table as detect
from pricebook.pricelists.detection.blocks import Block
from pricebook.pricelists.detection.detection_issues import DetectionError, DetectionIssue
from pricebook.pricelists.detection.header_texts import header_statement
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.detection.previous_facts import PER_ROW
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.schemas.profile import Fact
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.text import quote

_OPTIONS = ("currency", "price_quantity", "prices_per_pack", "vat_included")
_OWN_ORIGINS = {"header", "cell", "column", "sentence"}
_LABELS = {"currency": "currency", "vat_included": "inclusion of VAT"}


def find_conflict(
    block: Block,
    table: DetectedTable,
    request: ReadRequest,
    notes: Sequence[Note],
    earlier: Sequence[DetectedTable | RowProblem],
) -> str | None:
    """Return why an option that the whole list has cannot be that of one of its tables, too.

    The table says otherwise, in words that the first table does not have.
    """
    config = request.config
    first = earlier[0]
    first_header = _price_header(first) if isinstance(first, DetectedTable) else ""
    own_header = _price_header(table)
    if config.discount and _names_net(own_header) and not _names_net(first_header):
        return (
            f"discount={config.discount} is set, and {quote(own_header)} may be a price after it; "
            "import these rows as a list of their own."
        )
    if other := _other_scale(block, table, request, notes):
        return other
    options = [name for name in _OPTIONS if getattr(config, name) is not None]
    if not options or own_header == first_header:
        return None
    stated = _facts_without(block, request, notes, options)
    for name in _OPTIONS:
        fact, used = stated.get(name), table.facts.get(name)
        is_own = fact is not None and fact.origin in _OWN_ORIGINS
        if is_own and fact and (used is None or used.value != fact.value):
            return (
                f"{name} is {used.value if used else 'not set'} for the list and {fact.value} by "
                f"{fact.source}; import these rows as a list of their own, or leave out the option."
            )
    return None


def _other_scale(
    block: Block, table: DetectedTable, request: ReadRequest, notes: Sequence[Note]
) -> str | None:
    """Return why prices in hundredths are not those of a table whose own text names the currency.

    Its header names neither: `priser i kronor` above `Pris`.
    """
    scale = request.config.prices_in
    is_scaled = table.basis.in_hundredths or table.basis.in_thousands
    if scale is None or not is_scaled or header_statement(_price_header(table)).scale.used:
        return None
    facts = _facts_without(block, request, notes, ("prices_in", "currency"))
    currency = facts.get("currency")
    if currency is None or currency.origin != "sentence" or "prices_in" in facts:
        return None
    return (
        f"prices_in is {scale} for the list and the prices of this table are in {currency.value} "
        f"by {currency.source}; write the currency into the header of the price, or import these "
        "rows as a list of their own."
    )


def _price_header(table: DetectedTable) -> str:
    return table.headers[table.columns["price"]]


def _names_net(header: str) -> bool:
    statement = header_statement(header)
    return statement.is_gross_or_net and False in statement.vat_included


def _facts_without(
    block: Block, request: ReadRequest, notes: Sequence[Note], options: Sequence[str]
) -> dict[str, Fact]:
    """Return what a table says of its prices without some options, nothing if it is in doubt."""
    config = msgspec.structs.replace(request.config, **dict.fromkeys(options))
    request = msgspec.structs.replace(request, config=config, previous_profile=None)
    own = block._replace(letterhead=(), footer=())
    try:
        return dict(detect.detect_table(own.sample, request, notes, own).facts)
    except PriceListError:
        return {}


def with_shared_facts(
    table: DetectedTable, tables: Sequence[DetectedTable | RowProblem]
) -> DetectedTable:
    """Return a table with the currency and the tax basis that only the others state.

    Raises PriceListError if these differ.
    """
    others = [each for each in tables if isinstance(each, DetectedTable) and each is not table]
    for name, label in _LABELS.items():
        if _is_stated(table, name):
            continue
        stated = {each.facts[name].value: each for each in others if _is_shared(each, name)}
        if len(stated) > 1 or PER_ROW in stated:
            values = " and ".join(value for value in stated if value != PER_ROW)
            issue = DetectionIssue(
                f"The {label} of the prices in {quote(_price_header(table))} is not stated, and "
                f"other tables of the sheet have {values or 'a column of it'}; set {name}.",
                name,
                tuple(value for value in stated if value != PER_ROW),
            )
            raise DetectionError([issue])
        for each in stated.values():
            basis = msgspec.structs.replace(table.basis, **{name: getattr(each.basis, name)})
            fact = msgspec.structs.replace(each.facts[name], origin="table")
            table = table._replace(basis=basis, facts={**table.facts, name: fact})
    return table


def _is_shared(table: DetectedTable, name: str) -> bool:
    """Return whether a table says something that may hold for others; `net` may mean discounts."""
    header = header_statement(_price_header(table))
    may_be_discounts = name == "vat_included" and header.is_gross_or_net
    return _is_stated(table, name) and not may_be_discounts


def _is_stated(table: DetectedTable, name: str) -> bool:
    """Return whether a table says something of its prices; a column says it row by row."""
    return name in table.facts and table.facts[name].origin != "assumed"
