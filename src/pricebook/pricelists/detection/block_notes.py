"""The texts around a table, also those around one of several tables of a sheet.

A sentence above or below all tables is about each of them, unless the table has its own.
"""

from collections.abc import Iterator, Mapping, Sequence

from pricebook.pricelists.detection.blocks import Block
from pricebook.pricelists.detection.column_content import filled_columns
from pricebook.pricelists.detection.fact_collector import ListSources
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_texts import header_currencies
from pricebook.pricelists.detection.list_scale import names_currency_alone
from pricebook.pricelists.detection.notes import Note, read_notes
from pricebook.pricelists.detection.price_statements import PriceStatement
from pricebook.pricelists.detection.sentences import Doubt, Sentence
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.read_config import Field

_MAX_TITLE_CELLS = 2
_NO_STATEMENT = PriceStatement()
_QUANTITY = ("quantities", "units", "names_pieces", "is_per_pack", "names_price_unit")


def notes_around(
    records: Sequence[Record],
    header: TableHeader,
    columns: Mapping[Field, int],
    block: Block | None,
    max_sampled: int,
) -> list[Note]:
    """Return the texts outside of the articles that may say what the prices are.

    Fewer records than `max_sampled` are the whole table.
    """
    blank_columns = frozenset(
        index
        for index, cell in enumerate(header.cells)
        if header.header_rows and not cell.strip() and index not in columns.values()
    )
    header_rows = range(header.first_row_number, header.row_number + 1)
    is_whole = len(records) < max_sampled and not (block and block.next_title_row)
    notes = read_notes(records, header_rows, blank_columns, is_whole=is_whole)
    return notes if block is None else list(_placed_notes(notes, header, block))


def title_text(cells: Sequence[str]) -> str:
    """Return the text of a title above a header, which may have two cells; empty for others."""
    filled = filled_columns(cells)
    return " – ".join(cells[index].strip() for index in filled[:_MAX_TITLE_CELLS])


def title_rows(block: Block | None, header: TableHeader) -> range:
    """Return the numbers of the rows with titles directly above the header of a block."""
    return range(block.title_row, header.first_row_number) if block else range(0)


def _placed_notes(notes: Sequence[Note], header: TableHeader, block: Block) -> Iterator[Note]:
    """Yield the notes of a block: in doubt between two tables, of the list outside of all."""
    titles = title_rows(block, header)
    for note in notes:
        if note.row_number not in titles:
            yield _placed(note, block)
    for number, cells, _ in block.records:
        if number in titles and filled_columns(cells):
            yield Note(number, title_text(cells), "above")
    below = range(header.row_number + 1, header.row_number + 2)
    for note in read_notes(block.footer, below):
        yield note._replace(place="below", of_list=True)


def _placed(note: Note, block: Block) -> Note:
    letterhead_end = block.letterhead[-1][0] if block.letterhead else 0
    if note.row_number <= letterhead_end:
        return note._replace(of_list=True)
    is_between = note.row_number < block.title_row or 0 < block.next_gap_row <= note.row_number
    return note._replace(place="inside") if is_between else note


def without_overridden(sources: ListSources) -> ListSources:
    """Return the sources without what sentences about all tables say otherwise than the table."""
    sentences = sources.sentences
    own_sentences = [sentence for sentence in sentences if not sentence.note.of_list]
    if len(own_sentences) == len(sentences):
        return sources
    statements = [sources.price_statement, sources.cell_statement.statement]
    statements += [each.statement for each in own_sentences]
    header_codes = header_currencies(sources.price_header, sources.request.currency)
    stated: dict[Doubt, bool] = {
        "price_quantity": any(map(_states_quantity, statements)),
        "vat_included": any(each.vat_included and not each.is_gross_or_net for each in statements),
        "currency": header_codes is not None or any(each.currencies for each in own_sentences),
        "prices_in": _states_scale(sources, own_sentences),
    }
    # `Gross price list` may mean discounts, as `Net` above a price may.
    by_word: dict[Doubt, bool] = {
        **stated,
        "vat_included": any(each.vat_included for each in statements),
    }
    return sources._replace(
        sentences=[
            _without(sentence, by_word if sentence.statement.is_gross_or_net else stated)
            if sentence.note.of_list
            else sentence
            for sentence in sentences
        ]
    )


def _states_quantity(statement: PriceStatement) -> bool:
    return any(getattr(statement, name) for name in _QUANTITY)


def _states_scale(sources: ListSources, own_sentences: Sequence[Sentence]) -> bool:
    """Return whether a table names the scale of its prices, or the currency alone."""
    if any(each.statement.scale.used or each.currencies for each in own_sentences):
        return True
    header = sources.price_header
    is_named = names_currency_alone(header, sources.request.currency)
    return is_named or bool(sources.price_statement.scale.used)


def _without(sentence: Sentence, stated: Mapping[Doubt, bool]) -> Sentence:
    statement = sentence.statement
    if stated["price_quantity"]:
        none = {name: getattr(_NO_STATEMENT, name) for name in (*_QUANTITY, "unclear_quantity")}
        statement = statement._replace(**none)
    if stated["prices_in"]:
        statement = statement._replace(scale=_NO_STATEMENT.scale)
    if stated["vat_included"]:
        statement = statement._replace(
            vat_included=frozenset(), is_gross_or_net=False, unclear_tax=False
        )
    return sentence._replace(
        statement=statement,
        currencies=None if stated["currency"] else sentence.currencies,
        doubts=tuple(doubt for doubt in sentence.doubts if not stated.get(doubt)),
    )
