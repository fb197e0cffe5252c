"""The surcharge of a price list: added to the price, part of it, or in doubt."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from pricebook.errors import PriceListIssue
from pricebook.pricelists.detection.ambiguity_errors import column_label, column_reference
from pricebook.pricelists.detection.charges import (
    deposit_is_added,
    names_surcharge_rate,
    surcharge_is_added,
)
from pricebook.pricelists.detection.columns import ColumnAssignment
from pricebook.pricelists.detection.currencies import currencies_in_text
from pricebook.pricelists.detection.fact_collector import FactCollector
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_texts import header_statement
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.detection.previous_facts import PER_ROW
from pricebook.pricelists.detection.sentences import split_sentences
from pricebook.pricelists.schemas.profile import Fact
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.text import quote

_MAX_SENTENCE_LENGTH = 160


def settle_surcharge(
    assignment: ColumnAssignment,
    header: TableHeader,
    notes: Sequence[Note],
    mapping: Mapping[Field, str],
) -> ColumnAssignment:
    """Return the columns without a surcharge that the prices include; one in doubt is an issue.

    It is added if `mapping` sets its column or a sentence says so.
    """
    column = assignment.columns.get("surcharge")
    if column is None or "surcharge" in mapping or "price" not in assignment.columns:
        return assignment
    said = {is_added for _, is_added in _statements(notes)}
    if said == {True}:
        return assignment
    if said == {False}:
        others = {field: i for field, i in assignment.columns.items() if field != "surcharge"}
        return assignment._replace(columns=others)
    reference = column_reference(header, column)
    issue = PriceListIssue(
        f"The column {column_label(header, column)} is a surcharge, and nothing says whether it is "
        f'added to the price; set --column surcharge="{reference}" if it is, or '
        f'ignored_columns="{reference}" if the prices include it.',
        "column_mapping.surcharge",
        (reference,),
    )
    return assignment._replace(issues=(*assignment.issues, issue))


def note_surcharge(collector: FactCollector) -> None:
    """Note the surcharge column, and refuse one that is for another quantity or currency.

    Without a column, note a surcharge that the prices may lack, and a deposit that they include.
    """
    sources = collector.sources
    column = sources.assignment.columns.get("surcharge")
    _note_texts(collector, "deposit", "included", lambda text: deposit_is_added(text) is False)
    if column is None:
        _note_texts(collector, "surcharge", "not included", _may_add_surcharge)
        return
    said = [source for source, is_added in _statements(sources.notes) if is_added]
    origin = "sentence" if said else "column"
    source = " by ".join((sources.column_source(column), *said[:1]))
    collector.facts["surcharge"] = Fact(PER_ROW, origin, source)
    if "price" not in sources.assignment.columns:
        return
    price, surcharge = sources.price_statement, header_statement(sources.header.cells[column])
    stated, of_price = ((each.quantities, each.is_per_pack) for each in (surcharge, price))
    is_other_quantity = any(stated) and stated != of_price
    codes = [
        currencies_in_text(text, sources.request.currency)
        for text in (sources.price_header, sources.header.cells[column])
    ]
    is_other_currency = None not in codes and not frozenset[str].intersection(*filter(None, codes))
    if is_other_quantity or is_other_currency:
        kind = "quantity" if is_other_quantity else "currency"
        collector.refuse(
            f"The surcharge of {sources.column_source(column)} is for another {kind} than the "
            f"price of {sources.price_source}; set "
            f'ignored_columns="{column_reference(sources.header, column)}" to read the price '
            "without it.",
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


def _statements(notes: Sequence[Note]) -> Iterator[tuple[str, bool]]:
    """Yield what sentences say about the surcharge, how a message names each."""
    for source, text in _texts(notes):
        is_added = surcharge_is_added(text)
        if is_added is not None:
            yield source, is_added


def _texts(notes: Sequence[Note]) -> Iterator[tuple[str, str]]:
    """Yield the sentences beside the articles, how a message names each."""
    for note in notes:
        if note.place != "inside":
            for text in split_sentences(note.text):
                yield f"row {note.row_number}, {quote(text, _MAX_SENTENCE_LENGTH)}", text
