"""Capital letters in a column of units that may be what prices are for: `C`, `M`."""

from collections.abc import Iterable

from pricebook.pricelists.detection.ambiguity_errors import column_label, column_reference
from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.fact_collector import FactCollector
from pricebook.pricelists.detection.list_quantity import is_quantity_set
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.schemas.profile import Fact
from pricebook.pricelists.text import comparison_key, quote

_FACT = "unit_letters"
_HUNDREDS = frozenset({"C", "CEN", "%", "‰"})
_THOUSAND_OR_METRE = "M"
# In a column with these headers and other units than these, `M` is the metre.
_ENGLISH_HEADERS = comparison_keys(
    frozenset(
        (
            *("unit", "units", "uom", "um", "u m", "unit of measure", "unit of measurement"),
            *("sales unit", "selling unit", "price uom", "sales uom", "unit code", "base uom"),
        )
    )
)
_ENGLISH_UNITS = frozenset(
    (
        *("M", "C", "CEN", "E", "EA", "EACH", "PC", "PCS", "PIECE", "FT", "CFT", "MFT", "LF"),
        *("BX", "BOX", "CTN", "CS", "CASE", "PK", "PKG", "PACK", "PR", "PAIR", "RL", "ROLL"),
        *("SET", "KIT", "DZ", "DOZ", "LB", "LBS", "GAL", "QT", "HD", "BG", "BAG", "TB", "SH"),
        *("BDL", "CAN"),
    )
)


def settle_unit_letters(collector: FactCollector) -> None:
    """Refuse letters of the unit column that no option of this or the previous list decides."""
    sources = collector.sources
    columns, config = sources.assignment.columns, sources.request.config
    index = columns.get("unit")
    if index is None or "price_quantity" in columns or is_quantity_set(config):
        return
    letters = _letters(sources.header.cells[index], map(display_text, sources.content(index).cells))
    previous = sources.request.previous_profile
    known = previous.price_facts.get(_FACT) if previous else None
    decided = frozenset(known.value.split()) if known else frozenset[str]()
    source = sources.column_source(index)
    if letters and "unit" in config.column_mapping:
        collector.facts[_FACT] = Fact(" ".join(sorted(letters)), "setting", source)
        return
    if known:
        collector.facts[_FACT] = Fact(known.value, "previous", source)
    label = column_reference(sources.header, index)
    for letter in sorted(letters - decided):
        otherwise = f'ignored_columns="{label}"'
        if letter == _THOUSAND_OR_METRE:
            otherwise = f'unit="{label}" if it is the metre'
        collector.refuse(
            f"The unit {quote(letter)} of the column {column_label(sources.header, index)} may be "
            f'the quantity that the price is for; set --column price_quantity="{label}" if it is, '
            f"or {otherwise}.",
            "column_mapping.price_quantity",
            (label,),
        )


def _letters(header: str, cells: Iterable[str]) -> frozenset[str]:
    """Return the letters that may be a quantity among the cells below a header."""
    units = frozenset(text for cell in cells if (text := cell.strip()))
    letters = units & _HUNDREDS
    is_english = comparison_key(header) in _ENGLISH_HEADERS
    if is_english and units <= _ENGLISH_UNITS:
        letters |= units & {_THOUSAND_OR_METRE}
    return letters
