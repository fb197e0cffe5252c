"""What a price is for, by remarks in columns of other texts and by names of articles."""

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from pricebook.pricelists.detection.ambiguity_errors import column_label, column_reference
from pricebook.pricelists.detection.bare_statements import is_bare_statement
from pricebook.pricelists.detection.column_content import ColumnContent, display_text
from pricebook.pricelists.detection.detection_issues import (
    DetectionIssue,
    column_setting,
    ignoring,
)
from pricebook.pricelists.detection.fact_cells import are_round_quantities, is_quantity_of_price
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_texts import mentions_price
from pricebook.pricelists.detection.price_statements import read_statement
from pricebook.pricelists.detection.quantity_codes import is_base_header
from pricebook.pricelists.detection.statement_tokens import Token, number_of, tokenize
from pricebook.pricelists.detection.statement_words import PER_WORDS, PRICE_NOUNS
from pricebook.pricelists.facts.units import parse_unit
from pricebook.pricelists.text import quote

_MIN_QUANTITY = Decimal(10)
# Words between a word for prices and its quantity: `Preis netto je 100`.
_MAX_DISTANCE = 3
# Tokens of ASCII texts without a full stop are parts of them: most names need no tokens.
_has_price_noun = re.compile("|".join(sorted(filter(str.isascii, PRICE_NOUNS)))).search


def quantity_of_price_in(text: str) -> Decimal | None:
    """Return the quantity over 1 that a text says its price is for: `Nut M4 (price per 100)`."""
    if text.isascii() and "." not in text and not _has_price_noun(text.casefold()):
        return None
    return quantity_in_tokens(tokenize(text))


def quantity_in_tokens(tokens: Sequence[Token]) -> Decimal | None:
    """Return the quantity over 1 that follows a word for prices and one such as `per`."""
    for index in range(2, len(tokens)):
        number = number_of(tokens[index]) if tokens[index].kind != "sign" else None
        if number is None or number < _MIN_QUANTITY or tokens[index - 1].key not in PER_WORDS:
            continue
        before = tokens[max(0, index - 1 - _MAX_DISTANCE) : index - 1]
        names_price = any(token.key in PRICE_NOUNS for token in before)
        if names_price and _is_unit_or_end(tokens[index + 1 : index + 2]):
            return number
    return None


def remark_issues(
    header: TableHeader, contents: Sequence[ColumnContent], taken: Collection[int]
) -> list[DetectionIssue]:
    """Return the issues of columns that hold no field and say what prices are for: `je 100 St`.

    Texts in columns without a header are notes beside the table.
    """
    candidates = {index for columns in header.candidates.values() for index in columns}
    excluded = candidates.union(taken, header.ignored, header.tiers)
    if any(header.cells):
        excluded |= {index for index, cell in enumerate(header.cells) if not cell.strip()}
    issues: list[DetectionIssue] = []
    for index, content in enumerate(contents[: len(header.cells)]):
        texts = {} if index in excluded else dict.fromkeys(map(display_text, content.cells))
        remark = next(filter(_states_quantity, texts), None)
        if remark is not None:
            issues.append(_remark_issue(header, index, remark))
    quantities = _quantities_of_price(header, contents, {*taken, *header.ignored, *header.tiers})
    return [*issues, *quantities]


def _quantities_of_price(
    header: TableHeader, contents: Sequence[ColumnContent], excluded: Collection[int]
) -> Iterator[DetectionIssue]:
    """Yield the issues of columns that are named like a price and hold quantities: `Price per`.

    So are those that are named like a unit, and hold round numbers: `Einheit` with 100.
    """
    candidates = header.candidates["price"].keys() | header.candidates["price_quantity"].keys()
    units = header.candidates["unit"]
    for index, content in enumerate(contents[: len(header.cells)]):
        title = header.cells[index]
        is_named = index in candidates or index in units or mentions_price(title)
        is_named |= is_base_header(title)
        is_quantity = is_named and is_quantity_of_price(content)
        is_quantity |= units.get(index) == 0 and are_round_quantities(content)
        if is_quantity and index not in excluded:
            texts = [display_text(cell).strip() for cell in content.cells]
            example = next((text for text in texts if "0" in text), texts[0])
            yield _remark_issue(header, index, example)


def _states_quantity(text: str) -> bool:
    """Return whether a whole cell is a quantity as prices have it, or names one of a price."""
    is_bare = is_bare_statement(text, "") and bool(read_statement(text).quantities - {1})
    return is_bare or quantity_of_price_in(text) is not None


def _remark_issue(header: TableHeader, index: int, remark: str) -> DetectionIssue:
    reference = column_reference(header, index)
    return DetectionIssue(
        f"The column {column_label(header, index)} says {quote(remark)}, so that prices may be for "
        f"different quantities; set {column_setting('price_quantity', reference)} if it says what "
        f"they are for, or {ignoring(reference)}.",
        "column_mapping.price_quantity",
        (reference,),
    )


def _is_unit_or_end(following: Sequence[Token]) -> bool:
    return all(token.kind != "word" or parse_unit(token.text) is not None for token in following)
