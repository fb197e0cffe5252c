"""Capital letters in a column of units that may be what prices are for: `C`, `M`."""

from collections.abc import Iterable

from pricebook.pricelists.detection.ambiguity_errors import column_label, column_reference
from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.detection_issues import (
    column_setting,
    ignoring,
    meaning_setting,
)
from pricebook.pricelists.detection.fact_collector import FactCollector
from pricebook.pricelists.detection.list_quantity import is_quantity_set
from pricebook.pricelists.detection.quantity_codes import (
    HUNDRED_METRES,
    HUNDREDS,
    codes_issue,
    unclear_codes,
)
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.facts.units import parse_unit
from pricebook.pricelists.schemas.profile import Fact
from pricebook.pricelists.text import comparison_key, quote

_FACT = "unit_letters"
_THOUSAND_OR_METRE = "M"
_DIGITS = frozenset("01234")
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
    if "price_quantity" in columns:
        _refuse_unclear_letter(collector, columns["price_quantity"])
        _refuse_codes(collector, columns["price_quantity"])
        _refuse_digits(collector, columns["price_quantity"])
        return
    index = columns.get("unit")
    if index is None or is_quantity_set(config):
        return
    _refuse_hundred_metres(collector, index)
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
        otherwise = ignoring(label)
        meaning = "100"
        if letter == _THOUSAND_OR_METRE:
            otherwise = f"{column_setting('unit', label)} if it is the metre"
            meaning = "m"
        collector.refuse(
            f"The unit {quote(letter)} of the column {column_label(sources.header, index)} may be "
            "the quantity that the price is for; set "
            f"{column_setting('price_quantity', label)} if it is, or {otherwise}, or what it "
            f"means, as in {meaning_setting(letter, meaning)}.",
            "column_mapping.price_quantity",
            (label,),
        )


def _refuse_unclear_letter(collector: FactCollector, index: int) -> None:
    """Refuse `M` among the price quantities beside units that no English price list has."""
    sources = collector.sources
    units = {display_text(cell).strip() for cell in sources.content(index).cells}
    foreign = sorted({unit for unit in units if parse_unit(unit)} - _ENGLISH_UNITS)
    if _THOUSAND_OR_METRE in units and foreign:
        collector.refuse(
            f"The price quantity {quote(_THOUSAND_OR_METRE)} of the column "
            f"{column_label(sources.header, index)} beside units such as {quote(foreign[0])} may "
            "be the metre or a thousand; write m or 1000 into its cells, or set what it means, as "
            f"in {meaning_setting('M', 'm')}.",
            "unit_meanings",
            (_THOUSAND_OR_METRE,),
        )


def _refuse_codes(collector: FactCollector, index: int) -> None:
    """Refuse capital letters among the price quantities that are not understood: `P`, `CM`."""
    codes = unclear_codes(collector.sources.content(index))
    if codes:
        collector.issues.append(codes_issue(collector.sources.header, index, codes))


def _refuse_hundred_metres(collector: FactCollector, index: int) -> None:
    """Refuse `CM` among single letters: it may be a hundred metres or the centimetre."""
    cells = map(display_text, collector.sources.content(index).cells)
    units = {cell.strip() for cell in cells}
    if HUNDRED_METRES in units and any(len(unit) == 1 and unit.isupper() for unit in units):
        issue = codes_issue(collector.sources.header, index, [HUNDRED_METRES])
        collector.issues.append(issue)


def _refuse_digits(collector: FactCollector, index: int) -> None:
    """Refuse single digits as price quantities, which may be codes: 0, 1, 2, 3."""
    sources = collector.sources
    texts = {display_text(cell).strip() for cell in sources.content(index).cells} - {""}
    known = sources.meanings.of_cells.keys()
    if texts - {"1"} and texts <= _DIGITS and not texts - {"1"} <= known:
        example = min(texts - {"1"})
        collector.refuse(
            f"The price quantities of the column {column_label(sources.header, index)} are single "
            f"digits such as {quote(example)}, which may be codes; set what each means, as in "
            f"{meaning_setting(example, '100')}, or the digit itself if it is the quantity.",
            "unit_meanings",
            sorted(texts),
        )


def _letters(header: str, cells: Iterable[str]) -> frozenset[str]:
    """Return the letters that may be a quantity among the cells below a header."""
    units = frozenset(text for cell in cells if (text := cell.strip()))
    letters = units & HUNDREDS
    is_english = comparison_key(header) in _ENGLISH_HEADERS
    if is_english and units <= _ENGLISH_UNITS:
        letters |= units & {_THOUSAND_OR_METRE}
    return letters
