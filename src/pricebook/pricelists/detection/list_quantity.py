"""The quantity that the prices of a list are for: base units, the pack of a row, the unit."""

from collections.abc import Sequence
from decimal import Decimal

from pricebook.pricelists.detection.ambiguity_errors import column_reference
from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.counted_headers import packs_of
from pricebook.pricelists.detection.detection_issues import (
    column_setting,
    ignoring,
    setting,
)
from pricebook.pricelists.detection.fact_collector import (
    FactCollector,
    ListSources,
    Statement,
    sentence_quote,
    sentence_source,
)
from pricebook.pricelists.detection.header_texts import header_packs
from pricebook.pricelists.detection.previous_facts import PER_ROW
from pricebook.pricelists.detection.price_statements import PriceStatement
from pricebook.pricelists.detection.quantity_phrases import TRAY
from pricebook.pricelists.detection.unclear_headers import refuse_unclear_header
from pricebook.pricelists.facts.quantities import parse_quantity
from pricebook.pricelists.facts.units import PIECE
from pricebook.pricelists.schemas.profile import Fact, FactOrigin
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.pricelists.text import quote_list, split_header

_PACK = "pack"
_MIN_MEASURED_SHARE = 0.5
_MIN_STATED_SHARE = 0.8
_SETTINGS = (
    f"price_quantity, as in {setting('price_quantity', 100)}, or "
    f"{setting('prices_per_pack', 'true')}"
)


def find_price_quantity(collector: FactCollector) -> tuple[Decimal, bool]:
    """Return the quantity that a price is for, and whether it is for the pack of its row."""
    sources = collector.sources
    if is_quantity_set(sources.request.config):
        return _configured_quantity(collector)
    _refuse_parts(collector)
    refuse_unclear_header(collector)
    source, of_cells = sources.price_source, sources.cell_statement
    statements = [
        *_remembered(collector),
        *_statements(collector, of_cells.statement, ("cell", of_cells.source)),
        *_statements(collector, sources.price_statement, ("header", source)),
    ]
    for sentence in sources.general_sentences:
        if "price_quantity" not in sentence.doubts:
            source = sentence_source(sentence)
            statements += _statements(collector, sentence.statement, ("sentence", source))
    column = sources.assignment.columns.get("price_quantity")
    if column is not None:
        _read_column(collector, column, statements)
        return Decimal(1), False
    decided = collector.decide("price_quantity", statements, _SETTINGS)
    if decided is None:
        return Decimal(1), False
    if decided.value == _PACK and decided.origin == "header" and _sells_packs(collector):
        return Decimal(1), False
    if decided.value == _PACK:
        collector.facts["prices_per_pack"] = Fact("true", decided.origin, decided.source)
        _check_pack_column(collector, decided.source)
        return Decimal(1), True
    collector.facts["price_quantity"] = decided.as_fact()
    return Decimal(decided.value), False


def needs_quantity(sources: ListSources) -> bool:
    """Return whether nearly all rows of the sample say what their price is for, in different ways.

    Where many rows have no quantity, theirs is one, unless the list states another.
    """
    columns = sources.assignment.columns
    if "price_quantity" not in columns or "price" not in columns:
        return False
    statements = (sources.price_statement, *(each.statement for each in sources.sentences))
    if any(each.quantities - {1} for each in statements):
        return True
    cells = sources.content(columns["price_quantity"]).cells
    found = {quantity.number for cell in cells if (quantity := parse_quantity(cell))}
    return (
        len(found) > 1
        and len(cells) >= _MIN_STATED_SHARE * sources.content(columns["price"]).filled
    )


def set_column_origin(sources: ListSources) -> FactOrigin | None:
    """Return `setting` or `previous` if an option makes a column decide what prices are for.

    What the list states elsewhere is then about something else.
    """
    if "price_quantity" not in sources.assignment.columns:
        return None
    if "price_quantity" in sources.request.config.column_mapping:
        return "setting"
    previous = sources.request.previous_profile
    fact = previous.price_facts.get("price_quantity") if previous else None
    was_set = fact is not None and fact.origin in {"setting", "previous"}
    return "previous" if fact and was_set and fact.value == PER_ROW else None


def is_quantity_set(config: ReadConfig) -> bool:
    """Return whether an option sets what a price is for."""
    return config.price_quantity is not None or config.prices_per_pack is not None


def _remembered(collector: FactCollector) -> list[Statement]:
    """Return the quantity that was set for the previous price list."""
    config = collector.sources.config
    if config.price_quantity is not None:
        return [collector.setting("price_quantity", str(config.price_quantity))]
    if config.prices_per_pack:
        return [collector.setting("prices_per_pack", "true")._replace(value=_PACK)]
    return []


def _configured_quantity(collector: FactCollector) -> tuple[Decimal, bool]:
    config = collector.sources.request.config
    if config.prices_per_pack is not None:
        collector.note_setting("prices_per_pack", str(config.prices_per_pack).lower())
    if config.price_quantity is not None:
        collector.note_setting("price_quantity", str(config.price_quantity))
    elif config.prices_per_pack:
        _check_pack_column(collector, "prices_per_pack")
    return Decimal(config.price_quantity or 1), bool(config.prices_per_pack)


def _refuse_parts(collector: FactCollector) -> None:
    """Refuse a quantity that a text between articles states, which may hold for some of them."""
    sources = collector.sources
    general = {_values(sources.price_statement)}
    general |= {_values(sentence.statement) for sentence in sources.general_sentences}
    for sentence in sources.sentences:
        values = _values(sentence.statement)
        is_of_section = bool(sources.config.price_columns) and sources.is_title(sentence.note)
        is_inside = sentence.note.place == "inside" and not is_of_section
        if is_inside and values and values not in general:
            general.add(values)
            collector.refuse(
                f"{sentence_quote(sentence)} between the articles, so that their prices may be for "
                f"different quantities; set {_SETTINGS}.",
                "price_quantity",
                values,
            )


def _values(statement: PriceStatement) -> tuple[str, ...]:
    numbers = [f"{number:f}" for number in sorted(statement.quantities)]
    return (*numbers, *([_PACK] if statement.is_per_pack else []))


def _statements(
    collector: FactCollector, statement: PriceStatement, source: tuple[FactOrigin, str]
) -> list[Statement]:
    columns = collector.sources.assignment.columns
    if statement.names_price_unit and "price_quantity" not in columns:
        collector.refuse(
            f"A price is for a price unit by {source[1]}, but no column states it; set "
            f"{column_setting('price_quantity')} or {setting('price_quantity', 1)}.",
            "column_mapping.price_quantity",
        )
        return []
    return [Statement(value, *source) for value in _values(statement)]


def _read_column(collector: FactCollector, column: int, statements: Sequence[Statement]) -> None:
    """Note the column of quantities; without an option, refuse other ones beside it."""
    origin = set_column_origin(collector.sources)
    if origin is None:
        _check_column(collector, column, statements)
    source = collector.sources.column_source(column)
    collector.facts["price_quantity"] = Fact(PER_ROW, origin or "column", source)


def _check_column(collector: FactCollector, column: int, statements: Sequence[Statement]) -> None:
    """Refuse a quantity of the whole list beside a column that states another one."""
    sources = collector.sources
    cells = sources.content(column).cells
    quantities = {
        f"{quantity.number:f}"
        for cell in cells
        if (quantity := parse_quantity(cell, ".") or parse_quantity(cell, ","))
    }
    for statement in statements:
        if statement.value != "1" and cells and quantities != {statement.value}:
            texts = quote_list(sorted({display_text(cell) for cell in cells}), 3)
            collector.refuse(
                f"A price is for {statement.value} by {statement.source} and for {texts} by "
                f"{sources.column_source(column)}; set {_by_column(sources, column)} if the column "
                f"decides, or {setting('price_quantity', statement.value)} or "
                f"{ignoring(column_reference(sources.header, column))}.",
                "price_quantity",
                [statement.value],
            )


def quantity_column_hint(sources: ListSources) -> str:
    """Return the setting by which a column decides what prices are for, for the end of a message.

    Empty if the list has no such column.
    """
    column = sources.assignment.columns.get("price_quantity")
    return f", or {_by_column(sources, column)} if the column decides" if column is not None else ""


def _by_column(sources: ListSources, column: int) -> str:
    return column_setting("price_quantity", column_reference(sources.header, column))


def _sells_packs(collector: FactCollector) -> bool:
    """Return whether a column describes the packs of the price, `4 l`: they are the articles.

    So are trays and plates whose pieces no column counts.
    """
    sources = collector.sources
    packs, price = header_packs(sources.price_header), sources.assignment.columns["price"]
    if packs == frozenset({TRAY}) and "pack_size" not in sources.assignment.columns:
        return True
    return any(
        sources.content(index).filled
        and sources.content(index).share(_is_measured) >= _MIN_MEASURED_SHARE
        for index, cell in enumerate(sources.header.cells)
        if index != price and not packs.isdisjoint(header_packs(cell))
    )


def _is_measured(cell: str) -> bool:
    quantity = parse_quantity(cell, ".") or parse_quantity(cell, ",")
    return quantity is not None and quantity.unit not in {None, PIECE}


def _is_of_other_pack(collector: FactCollector, size: int, source: str) -> bool:
    """Return whether the header of a detected pack size names another pack than the price's.

    The header of the price or the sentence that is the source names the pack of the price.
    """
    sources = collector.sources
    packs = header_packs(sources.price_header)
    for sentence in sources.general_sentences:
        if sentence_source(sentence) == source:
            packs |= packs_of(split_header(sentence.text))
    of_size = header_packs(sources.header.cells[size])
    is_set = "pack_size" in sources.config.column_mapping
    return not is_set and bool(packs and of_size and packs.isdisjoint(of_size))


def _check_pack_column(collector: FactCollector, source: str) -> None:
    sources = collector.sources
    size = sources.assignment.columns.get("pack_size")
    if size is None or _is_of_other_pack(collector, size, source):
        collector.refuse(
            f"Prices are for a pack by {source}, but no column has its pack size; set "
            f"{column_setting('pack_size')}, or price_quantity to the pieces of a pack, "
            f"{setting('price_quantity', 1)} if the packs are the articles.",
            "column_mapping.pack_size",
        )
