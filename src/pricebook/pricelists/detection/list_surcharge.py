"""The surcharge of a price list: added to the price, part of it, or in doubt."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from pricebook.pricelists.detection.ambiguity_errors import column_label, column_reference
from pricebook.pricelists.detection.charges import (
    charge_of_header,
    deposit_is_added,
    names_surcharge_rate,
    surcharge_is_added,
    surcharge_is_billed_separately,
)
from pricebook.pricelists.detection.columns import ColumnAssignment
from pricebook.pricelists.detection.currencies import currencies_in_text
from pricebook.pricelists.detection.detection_issues import (
    DetectionIssue,
    column_setting,
    ignoring,
)
from pricebook.pricelists.detection.fact_cells import is_charge
from pricebook.pricelists.detection.fact_collector import FactCollector, ListSources
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_texts import header_statement
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.detection.previous_facts import PER_ROW
from pricebook.pricelists.detection.sentences import split_sentences
from pricebook.pricelists.schemas.profile import BILLED_SEPARATELY, Fact
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.text import quote, split_header

_Effect = Literal["added", "included", "separate"]
_ADDED: _Effect = "added"
_SEPARATE: _Effect = "separate"
_MAX_SENTENCE_LENGTH = 160


def settle_surcharge(
    assignment: ColumnAssignment,
    header: TableHeader,
    notes: Sequence[Note],
    mapping: Mapping[Field, str],
    request: ReadRequest,
) -> ColumnAssignment:
    """Return the columns without a surcharge that is no part of the cost; in doubt is an issue.

    It is added if `mapping` sets its column or a sentence states it; not if the prices include it
    or it is billed separately. A remembered column is in doubt once it is billed separately.
    """
    column = assignment.columns.get("surcharge")
    if column is None or "price" not in assignment.columns:
        return assignment
    effects = {effect for _, effect in _statements(notes)}
    is_ignored = column in header.ignored and "surcharge" not in request.config.column_mapping
    others = {field: i for field, i in assignment.columns.items() if field != "surcharge"}
    if is_ignored:
        return assignment._replace(columns=others)
    if _is_set(request) or ("surcharge" in mapping and _SEPARATE not in effects):
        return assignment
    if effects == {_ADDED}:
        return assignment
    if len(effects) == 1 and "surcharge" not in mapping:
        return assignment._replace(columns=others)
    reference = column_reference(header, column)
    issue = DetectionIssue(
        f"The column {column_label(header, column)} is a surcharge, and nothing says whether it is "
        f"added to the price; set {column_setting('surcharge', reference)} if it is, or "
        f"{ignoring(reference)} if the prices include it or it is billed separately.",
        "column_mapping.surcharge",
        (reference,),
    )
    return assignment._replace(issues=(*assignment.issues, issue))


def _is_set(request: ReadRequest) -> bool:
    """Return whether an option of this price list or an earlier one sets the surcharge column."""
    facts = request.previous_profile.price_facts if request.previous_profile else {}
    fact = facts.get("surcharge")
    was_set = fact is not None and fact.origin in {"setting", "previous"}
    return "surcharge" in request.config.column_mapping or was_set


def note_surcharge(collector: FactCollector) -> None:
    """Note the surcharge column, and refuse one that is for another quantity or currency.

    Without a column, note a surcharge that the prices may lack, and a deposit that they include.
    """
    sources = collector.sources
    column = sources.assignment.columns.get("surcharge")
    _note_deposit(collector)
    if column is None:
        _note_texts(collector, "surcharge", BILLED_SEPARATELY, surcharge_is_billed_separately)
        if "surcharge" not in collector.facts:
            _note_texts(collector, "surcharge", "not included", _may_add_surcharge)
        return
    stated = [source for source, effect in _statements(sources.notes) if effect == _ADDED]
    origin = "sentence" if stated else "column"
    if not stated and _is_set(sources.request):
        is_new = "surcharge" in sources.request.config.column_mapping
        origin = "setting" if is_new else "previous"
    source = " by ".join((sources.column_source(column), *stated[:1]))
    collector.facts["surcharge"] = Fact(PER_ROW, origin, source)
    _check_amounts(collector, column, "surcharge")


def _note_deposit(collector: FactCollector) -> None:
    """Note the deposit that is taken off, or that the prices include; with a column, refuse."""
    sources = collector.sources
    column = sources.assignment.columns.get("deposit")
    if column is not None:
        is_new = "deposit" in sources.request.config.column_mapping
        origin = "setting" if is_new else "previous"
        collector.facts["deposit"] = Fact(PER_ROW, origin, sources.column_source(column))
        _check_amounts(collector, column, "deposit")
        return
    _note_texts(collector, "deposit", "included", lambda text: deposit_is_added(text) is False)
    fact, columns = collector.facts.get("deposit"), _deposit_columns(sources)
    if fact is None or not columns:
        return
    references = [column_reference(sources.header, index) for index in columns]
    collector.refuse(
        f"The prices include a deposit by {fact.source}, and the column "
        f"{column_label(sources.header, columns[0])} states it; set "
        f"{column_setting('deposit', references[0])} to take it off the prices, or "
        f"{ignoring(references[0])} to leave it in them.",
        "column_mapping.deposit",
        references,
    )


def _deposit_columns(sources: ListSources) -> list[int]:
    """Return the columns of no field that have amounts below a header of deposits."""
    taken = {*sources.assignment.columns.values(), *sources.header.ignored}
    return [
        index
        for index, cell in enumerate(sources.header.cells)
        if index not in taken
        and charge_of_header(split_header(cell), names_price=False) == "deposit"
        and is_charge(sources.content(index))
    ]


def _check_amounts(
    collector: FactCollector, column: int, charge: Literal["surcharge", "deposit"]
) -> None:
    """Refuse the amounts of a column that are for another quantity or currency than the price."""
    sources = collector.sources
    if "price" not in sources.assignment.columns:
        return
    price, amount = sources.price_statement, header_statement(sources.header.cells[column])
    stated, of_price = ((each.quantities, each.is_per_pack) for each in (amount, price))
    is_other_quantity = any(stated) and stated != of_price
    codes = [
        currencies_in_text(text, sources.request.currency)
        for text in (sources.price_header, sources.header.cells[column])
    ]
    is_other_currency = None not in codes and not frozenset[str].intersection(*filter(None, codes))
    if is_other_quantity or is_other_currency:
        kind = "quantity" if is_other_quantity else "currency"
        collector.refuse(
            f"The {charge} of {sources.column_source(column)} is for another {kind} than the "
            f"price of {sources.price_source}; set "
            f"{ignoring(column_reference(sources.header, column))} to read the price without it.",
            "ignored_columns",
            (column_reference(sources.header, column),),
        )


def _note_texts(
    collector: FactCollector, charge: str, value: str, says: Callable[[str], bool]
) -> None:
    """Note what the price header or a sentence says about a charge."""
    sources = collector.sources
    if says(sources.price_header):
        collector.facts[charge] = Fact(value, "header", sources.price_source)
        return
    for source, text in _texts(sources.notes):
        if says(text):
            collector.facts[charge] = Fact(value, "sentence", source)
            return


def _may_add_surcharge(text: str) -> bool:
    is_added = surcharge_is_added(text)
    return is_added or (is_added is None and names_surcharge_rate(text))


def _statements(notes: Sequence[Note]) -> Iterator[tuple[str, _Effect]]:
    """Yield what sentences say about the surcharge, how a message names each."""
    for source, text in _texts(notes):
        if surcharge_is_billed_separately(text):
            yield source, _SEPARATE
        elif (is_added := surcharge_is_added(text)) is not None:
            yield source, _ADDED if is_added else "included"


def _texts(notes: Sequence[Note]) -> Iterator[tuple[str, str]]:
    """Yield the sentences beside the articles, how a message names each."""
    for note in notes:
        if note.place != "inside":
            for text in split_sentences(note.text):
                yield f"row {note.row_number}, {quote(text, _MAX_SENTENCE_LENGTH)}", text
