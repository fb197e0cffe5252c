"""The units that the prices of a list are for, and packs that are units of rows."""

from pricebook.pricelists.detection.fact_collector import (
    FactCollector,
    sentence_source,
)
from pricebook.pricelists.detection.header_texts import header_packs
from pricebook.pricelists.detection.list_quantity import is_quantity_set
from pricebook.pricelists.detection.price_statements import PriceStatement
from pricebook.pricelists.detection.quantity_phrases import GENERAL_PACK, PACK_CODES
from pricebook.pricelists.detection.sentences import Sentence
from pricebook.pricelists.facts.units import PIECE
from pricebook.pricelists.schemas.profile import Fact, FactOrigin


def find_unit(collector: FactCollector) -> str | None:
    """Return the code of the unit that a header or sentence names for the price: `per kg`.

    `find_price_quantity` has decided whether it is for a number of pieces in a pack.
    """
    sources = collector.sources
    packs = header_packs(sources.price_header)
    if sources.price_statement.is_per_pack and len(packs) == 1:
        (unit,) = packs
        if not is_quantity_set(sources.config) and "prices_per_pack" not in collector.facts:
            collector.facts["unit"] = Fact(unit, "header", sources.price_source)
            return unit
    statements: list[tuple[FactOrigin, str, PriceStatement]] = []
    of_cells = sources.cell_statement
    statements.append(("cell", of_cells.source, of_cells.statement))
    statements.append(("header", sources.price_source, sources.price_statement))
    statements.extend(
        ("sentence", sentence_source(sentence), sentence.statement)
        for sentence in sources.general_sentences
    )
    for origin, source, statement in statements:
        units = statement.units
        if statement.names_pieces and (units or statement.quantities - {1}):
            units |= {PIECE}
        if len(units) == 1:
            (unit,) = units
            collector.facts["unit"] = Fact(unit, origin, source)
            return unit
    return None


def find_unit_packs(collector: FactCollector) -> tuple[str, ...]:
    """Return the codes of packs that are units of rows whose price is for the pack size.

    They are stated by a price per unit of measure beside a column of units and one of pack sizes.
    Its header names them: a carton has packs, so that `Pcs per carton` is no size of a pack.
    """
    sources = collector.sources
    columns = sources.assignment.columns
    is_for_rows = {"unit", "pack_size"} <= columns.keys() and "price_quantity" not in columns
    if not is_for_rows or is_quantity_set(sources.config) or "prices_per_pack" in collector.facts:
        return ()
    named = [
        sources.price_source if sources.price_statement.names_row_unit else "",
        *(sentence_source(each) for each in sources.general_sentences if _names_row_unit(each)),
    ]
    packs = header_packs(sources.header.cells[columns["pack_size"]])
    source = next(filter(None, named), "")
    if not (source and packs):
        return ()
    origin: FactOrigin = "header" if source == sources.price_source else "sentence"
    collector.facts["unit_packs"] = Fact("true", origin, source)
    return tuple(sorted(PACK_CODES if GENERAL_PACK in packs else packs))


def _names_row_unit(sentence: Sentence) -> bool:
    return sentence.statement.names_row_unit
