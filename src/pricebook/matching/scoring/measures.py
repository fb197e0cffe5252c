"""Measures in folded texts: sizes, weights, voltages, counts and plain numbers."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from pricebook.matching.scoring.folding import word_set
from pricebook.matching.scoring.unit_dimensions import COUNT, LENGTH, UNITS, Unit, capacity_unit

# The dimension of a number without a unit; that of `M8` is `#m`.
PLAIN = ""
LABEL = "#"
_FRACTION = r"/(?:2|3|4|8|16|32|64)(?![\d/])"
_NUMBER = (
    rf"\d{{1,3}}(?: \d{{3}})+(?![\d.,/x])|\d+[- ]\d+{_FRACTION}|\d+{_FRACTION}|\d+(?:[.,]\d+)?"
)
_TERM = re.compile(
    rf"(?<![a-z0-9])(?<![a-z][-./_])(?<!\d[.,])(?P<number>{_NUMBER})"
    r"(?P<gap>\s?[-/]?\s?)"
    r"(?:(?P<unit>[a-z°%]+[23]?)(?:(?P<joint>\.? |[./])(?P<second>[a-z]+[23]?))?"
    r"|(?P<mark>''|[\"']))?"
)
_LABELLED = re.compile(r"(?<![a-z0-9])([a-z]{1,4})-?(\d{1,5}(?:[.,]\d+)?)(?![a-z0-9])")
_SIZE = r"\d+(?:[.,/]\d+)?\s?(?:mm|cm|m|in|inch|''|[\"'])?"
_TIMES = re.compile(rf"(?<![a-z0-9.,/-])[a-z]{{0,3}}{_SIZE}(?:\s?[x*]\s?{_SIZE})+")
_SIGN = re.compile(r"(?<=[^a-z])\s?[x*]\s?(?=\d)")
_BETWEEN = re.compile(r"\s*(x|-|/|\.\.+|to|bis|do|a|~)\s*")
_COUNT_BEFORE = re.compile(
    r"(?<![a-z])(?:packs?|pk|box|bag|sets?|lot|carton|packung|karton|beutel|vpe|paquet|boite|caja"
    r"|sachet|bolsa|conf|confezione|case|pck|pkg|paket|packungsinhalt"
    r"|up|upak|upakovka|nabor|komplekt|opak|op|zestaw|kpl|kompl)"
    r"\.?\s?(?:of|de|da|a|po|von|mit|z|/|[:=])?\s?$"
)
# Units that, between two numbers, belong to the second one or to none: `25 vpe 500`, `5 in 1`.
_IN_FRONT = word_set("in a t up upak vpe pk pack pck set box op opak karton kpl kompl lot")
# `3.5 m/m`: plugs at both ends of a cable, male or female.
_PLUGS = re.compile(r"/[a-z](?![a-z0-9])")
# After these words even `6a` is no measure.
_GRADES = word_set("cat kat")
# The last word before the number of a standard, which is no quantity whatever follows it.
STANDARDS = word_set("din iso en gost iec ansi astm")
_LABEL_BEFORE = re.compile(
    r"(?<![a-z0-9])(din|iso|en|gost|iec|ansi|astm|spf|lsf|fps|cat|kat|size|gr|groesse|grosse|taille|talla|sw|nr|no|ph|pz|tx|torx|typ"
    r"|type|tip|n|ip|cl|class|klasse|v|ver|version|vol|grit|korn|razmer|serie|series|part|level|grade)"
    r"\.?\s?$"
)
# The year of a standard, or the class, after its number: `GOST 7798-70`, `DIN 934-8`.
_EDITION = re.compile(r"[-:](?:\d{1,2}|(?:19|20)\d\d)(?![\w.,/])(?!\s?x)")
# Behind a word such as `pack`, the number that it counts: `box of 500`, `VPE: 10`.
_NUMBER_AFTER = re.compile(r"[. ]*(?:(?:of|de|da|a|po|von|mit|z)\s|[/:=]\s?)?\d")
# Written in units of different systems, numbers are rounded: 1 inch is 25 mm, 16 oz are 450 g.
_ROUNDED, _EXACT = 0.025, 1e-6
_INCH_OR_FOOT = (25.4, 304.8)


class Measure(NamedTuple):
    """A number of a text: what it measures, its value in base units, as written, and its text.

    It has several values if its text can be read in several ways: `1,000 kg`.
    """

    dimension: str
    values: tuple[float, ...]
    number: float
    text: str
    is_exact: bool = True


class Comparison(NamedTuple):
    """Measures of two texts: pairs that agree, pairs that conflict, and those only in one."""

    agreeing: list[tuple[Measure, Measure]]
    conflicting: list[tuple[Measure, Measure]]
    only_first: list[Measure]
    only_second: list[Measure]


class _Term(NamedTuple):
    measure: Measure
    start: int
    end: int
    unit: Unit | None


def find_measures(text: str) -> tuple[list[Measure], str]:
    """Return the measures of a folded text, and the text with spaces in their place."""
    if not any(map(str.isdigit, text)):
        return [], text
    text = _TIMES.sub(lambda match: _SIGN.sub(" x ", match[0]), text)
    terms = list(_terms(text))
    rest = blank(text, [(term.start, term.end) for term in terms])
    labelled = list(_LABELLED.finditer(rest))
    measures = [term.measure for term in _share_units(terms, text)]
    measures += [_labelled(match[1], match[2], match[0]) for match in labelled]
    # A count of one is what every article has.
    kept = [each for each in measures if each.dimension != COUNT or each.number != 1]
    return kept, blank(rest, [match.span() for match in labelled])


def compare_measures(first: Sequence[Measure], second: Sequence[Measure]) -> Comparison:
    """Return which measures agree, which conflict, and which only one text has.

    Measures conflict if both texts have others of one dimension, after what agrees is taken out.
    """
    rest, others = list(first), list(second)
    agreeing = [*_take_pairs(rest, others, _is_equal), *_take_pairs(rest, others, _is_same_number)]
    conflicting = list(_take_pairs(rest, others, _is_same_dimension))
    return Comparison(agreeing, conflicting, rest, others)


def _terms(text: str) -> Iterator[_Term]:
    position = 0
    while match := _TERM.search(text, position):
        label = _LABEL_BEFORE.search(text[max(0, match.start() - 9) : match.start()])
        unit, end = _unit(match, text)
        if label and _is_standard(label[1], match["number"], unit):
            term = _standard(label[1], match, text)
        elif label and (unit is None or label[1] in _GRADES):
            written = f"{label[1]} {text[match.start() : end]}"
            term = _Term(_labelled(label[1], match["number"], written), match.start(), end, None)
        else:
            term = _measured(match, text, unit, end)
        yield term
        position = term.end


def _measured(match: re.Match[str], text: str, unit: Unit | None, end: int) -> _Term:
    """Return a number with its unit; behind a word such as `pack` it is a count."""
    start, numbers = match.start(), tuple(_numbers(match["number"]))
    unit = capacity_unit(match["unit"], text) or unit
    is_count = numbers[0].is_integer() and _COUNT_BEFORE.search(text[max(0, start - 14) : start])
    if is_count and (unit is None or unit.dimension == COUNT):
        unit = UNITS["pcs"]
    return _Term(_measure(numbers, unit, text[start:end], match["mark"]), start, end, unit)


def _is_standard(label: str, number: str, unit: Unit | None) -> bool:
    """Whether a number is that of a standard: `DIN 603 pack`, not `en 500 g`."""
    if label != "en" or unit is None:
        return label in STANDARDS
    return unit.dimension == COUNT and number.isdigit() and int(number) % 10 != 0


def _standard(label: str, match: re.Match[str], text: str) -> _Term:
    """Return the number of a standard, which ends with its edition and has no unit."""
    number = match["number"].partition(" ")[0]
    end = match.start() + len(number)
    edition = _EDITION.match(text, end)
    measure = _labelled(label, number, f"{label} {number}")
    return _Term(measure, match.start(), edition.end() if edition else end, None)


def _unit(match: re.Match[str], text: str) -> tuple[Unit | None, int]:
    """Return the unit after a number, and where the text of both ends."""
    if match["mark"]:
        follows = text[match.end() : match.end() + 1]
        return (UNITS["in"], match.end()) if not follows.isalnum() else (None, match.end("number"))
    if match["unit"]:
        joint = (match["joint"] or "").replace(". ", ".")
        unit = UNITS.get(f"{match['unit']}{joint}{match['second']}") if match["second"] else None
        end = match.end()
        if unit is None:
            unit, end = UNITS.get(match["unit"]), match.end("unit")
        if unit and _is_unit_here(match, unit, text[end:]):
            return unit, end
        if not match["gap"]:
            return None, match.end("unit")
    return None, match.end("number")


def _is_unit_here(match: re.Match[str], unit: Unit, after: str) -> bool:
    if after[:1].isalnum() or ("/" in match["gap"] and unit.dimension != COUNT):
        return False
    if _PLUGS.match(after) and len(match["unit"]) == 1:
        return False
    is_in_front = match["unit"] in _IN_FRONT and match["gap"].isspace()
    return not (is_in_front and _NUMBER_AFTER.match(after))


def _measure(numbers: tuple[float, ...], unit: Unit | None, text: str, mark: str | None) -> Measure:
    if unit is None:
        return Measure(PLAIN, numbers, numbers[0], text)
    factors = _INCH_OR_FOOT if mark == "'" else (unit.factor,)
    values = tuple(number * factor for number in numbers for factor in factors)
    return Measure(unit.dimension, values, numbers[0], text, unit.is_metric)


def _labelled(label: str, number: str, text: str) -> Measure:
    numbers = tuple(_numbers(number))
    return Measure(f"{LABEL}{label}", numbers, numbers[0], text)


def _numbers(text: str) -> Iterator[float]:
    """Yield the values of a number, the likelier first; `1,000` is a thousand or one."""
    if "/" in text:
        *whole, fraction = text.replace("-", " ").split(" ")
        numerator, denominator = fraction.split("/")
        yield sum(map(float, whole)) + float(numerator) / float(denominator)
        return
    *_, last = text.split(" ")
    if last != text and last[0] != "0":
        # `20 200 ml` may be grade 20 and 200 ml.
        yield float(text.replace(" ", ""))
        yield float(last)
        return
    text = text.replace(" ", "").replace(",", ".")
    whole, _, decimals = text.partition(".")
    yield float(text)
    if len(decimals) == 3 and whole != "0":  # noqa: PLR2004 - thousands have three digits
        yield float(whole + decimals)


def _share_units(terms: Sequence[_Term], text: str) -> Iterator[_Term]:
    """Yield terms with the unit of the next one where several numbers have one: `20-100 Nm`."""
    unit_after: Unit | None = None
    start_after = len(text)
    shared = list[_Term]()
    for term in reversed(terms):
        joint = _BETWEEN.fullmatch(text[term.end : start_after])
        unit = term.unit
        if unit is None and unit_after and joint and term.measure.dimension == PLAIN:
            unit = _unit_in_front(unit_after, joint[1])
        shared.append(_with_unit(term, unit) if unit and unit is not term.unit else term)
        unit_after, start_after = unit, term.start
    yield from _counts_behind(shared[::-1], text)


def _unit_in_front(unit: Unit, joint: str) -> Unit | None:
    """Return the unit of a number in front of another: `6 x 330 ml` are 6 pieces."""
    if joint != "x" or unit.dimension == LENGTH:
        return unit
    return UNITS["pcs"] if unit.dimension in {"mass", "volume", COUNT} else None


def _counts_behind(terms: Sequence[_Term], text: str) -> Iterator[_Term]:
    """Yield terms, with `6` of `330 ml x 6` as a count."""
    for before, term in pairwise([None, *terms]):
        if (
            before
            and term
            and term.measure.dimension == PLAIN
            and before.measure.dimension in {"mass", "volume"}
            and text[before.end : term.start].strip() == "x"
        ):
            yield _with_unit(term, UNITS["pcs"])
        elif term:
            yield term


def _with_unit(term: _Term, unit: Unit) -> _Term:
    measure = term.measure
    return term._replace(measure=_measure(measure.values, unit, measure.text, None))


def blank(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return a text with a space in the place of each span, in order."""
    parts, position = list[str](), 0
    for start, end in spans:
        parts.append(text[position:start])
        position = end
    return " ".join([*parts, text[position:]])


def _take_pairs(
    rest: list[Measure], others: list[Measure], is_pair: Callable[[Measure, Measure], bool]
) -> Iterator[tuple[Measure, Measure]]:
    """Yield the pairs of measures of both lists, and take them out of these."""
    for measure in list(rest):
        for other in others:
            if is_pair(measure, other):
                rest.remove(measure)
                others.remove(other)
                yield measure, other
                break


def _is_equal(first: Measure, second: Measure) -> bool:
    if first.dimension != second.dimension:
        return False
    tolerance = _EXACT if first.is_exact == second.is_exact else _ROUNDED
    for value in first.values:
        for other in second.values:
            if abs(value - other) <= tolerance * max(value, other):
                return True
    return False


def _is_same_number(first: Measure, second: Measure) -> bool:
    """Whether a number without a unit is also in the other text: `SW 13` is 13 mm."""
    if abs(first.number - second.number) >= _EXACT:
        return False
    kinds = {first.dimension[:1], second.dimension[:1]}
    # `PH2` and `PZ2` have labels that say different things.
    return PLAIN in kinds or (LABEL in kinds and len(kinds) > 1)


def _is_same_dimension(first: Measure, second: Measure) -> bool:
    return first.dimension == second.dimension
