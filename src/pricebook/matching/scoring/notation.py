"""Notations of trades in folded texts, rewritten as most lists write them."""

import re

from pricebook.matching.scoring.folding import word_set
from pricebook.matching.scoring.unit_dimensions import UNITS

_NUMBER = r"\d+(?:[.,]\d+)?"
# `12v60w`: measures without a space between them.
_RUN = re.compile(rf"(?<![a-z0-9.,-])(?:{_NUMBER}[a-z]{{1,3}}){{2,4}}(?![a-z0-9])")
_PART = re.compile(rf"({_NUMBER})([a-z]+)")
# `3g2,5`: wires of a cable, one of them the protective earth, and their cross-section.
_MM2 = r"\s?(?:mm2|qmm|kv\.?\s?mm|mm\s?kv|mm(?![a-z0-9]))"
_WIRES = re.compile(rf"(?<![a-z0-9.,-])(\d{{1,2}})g(\d{{1,3}}(?:[.,]\d+)?)(?:{_MM2}|(?![a-z0-9]))")
_UNIT_WORDS = "|".join(filter(str.isalpha, UNITS))
# `5x2.5` in the name of a cable.
_CABLE = re.compile(
    r"(?<![a-z])(?:cables?|kabel|kabely?|leitung|wires?|cords?|cavo|cavi|provod|przewod"
    r"|nym(?:-[jo])?|nyy(?:-[jo])?|h0[57][a-z0-9]+(?:-f)?|vvg\w*|pvs)(?![a-z])"
)
_SECTION = re.compile(
    r"(?<![a-z0-9.,/*x-])([1-7])\s?x\s?((?:0[.,]5|0[.,]75|1[.,]5|2[.,]5))"
    rf"(?:{_MM2}|(?![.,]?\d|\s?[\"'%°*]|\s?(?:{_UNIT_WORDS}|x)(?![a-z])))"
)
# `gr.500`, `cat.6`, `up.100`: a word for what a number is, with a point as the only separator.
_WORDS = (
    "kg|gr|g|cl|ml|lt|l|mm|cm|n|no|nr|num|cat|kat|gr|groesse|up|upak|opak|conf|conf|pk|pkg|pack|pck|"
    "typ|type|tip|cl|kl|art|size|spf|lsf|razm|vpe|set|kpl|kompl"
)
_POINT = re.compile(rf"(?<![a-z0-9])({_WORDS})[.°](?=\d)")
# `pk/100`
_PACK = re.compile(r"(?<![a-z0-9])(pk|pkg|pck|pack|vpe|box)/(?=\d)")
# `l15m`, `d=110 mm`: letters for dimensions in front of measures of length.
_DIMENSION = re.compile(
    rf"(?<![a-z0-9/.])[a-z](?:\s?=\s?)?(?={_NUMBER}\s?(?:mm|cm|sm|m)(?![a-z0-9/]| ?\d))"
)
# `spf 50 100 ml`: a grade in front of a measure is no part of its number.
_GRADE = re.compile(
    r"(?<![a-z0-9])((?:spf|lsf|fps|size|gr|groesse|grosse|taille|talla|taglia|razmer|rozmiar|nr|no|ph"
    r"|pz|tx|torx|typ|type)\.? ?\d{1,3}) (?=\d{3}(?!\d))"
)
# `kg 25`, `cl. 75`: units in front of their numbers, apart from them, as `hl6050` is a model.
_UNIT_IN_FRONT = re.compile(
    r"(?<!\d )(?<!\d[.,] )(?<![a-z0-9.,/-])(kg|cl|ml|lt|mg|hl|mm|cm|gr(?=[. ]{1,2}\d{3}))[. ]{1,2}"
    rf"({_NUMBER})(?!\d|[.,/]\d|\s?(?!x\b|x\d)[a-z%\"'°])"
)
# `17-in-1`: as many in one, not inches.
_IN_ONE = re.compile(r"(?<=\d)-in-(?=1(?!\d))")
# `twin pack`, `PG-40-BK-TWIN`: how many there are, as a word.
_PACK_WORDS = {"twin": 2, "double": 2, "dual": 2, "duo": 2, "triple": 3, "triplet": 3, "quad": 4}
_PACK_OF = re.compile(
    rf"(?<![a-z0-9])({'|'.join(_PACK_WORDS)})[ -]?(?:packs?|pk)(?![a-z0-9])"
    r"|(?<=[a-z0-9])-(twin)(?![a-z0-9-])(?!\s+[a-z])"
)
# Articles and prepositions, which say nothing about what an article is.
STOP_WORDS = word_set(
    "and or the of for with from in on at by to an und oder mit fur fuer von aus der die das den "
    "dem im am zu zum zur auf bei et ou avec pour de du des la le les en au aux par sur dans con "
    "para el los las del al por di da dei della delle degli il lo gli per e ed oder na do dla od "
    "ze ku dlya iz pod nad po ot so pri ko"
)


def plain_notation(text: str) -> str:
    """Return a folded text with measures and grades as most lists write them."""
    text = _PACK_OF.sub(_counted, text)
    if not any(map(str.isdigit, text)):
        return text
    text = _PACK.sub(r"\1 ", _POINT.sub(r"\1 ", text))
    text = _IN_ONE.sub(" in ", text)
    text = _DIMENSION.sub("", text)
    text = _GRADE.sub(r"\1, ", text)
    text = _WIRES.sub(r"\1 x \2 mm2", text)
    if _CABLE.search(text):
        text = _SECTION.sub(r"\1 x \2 mm2", text)
    text = _UNIT_IN_FRONT.sub(r"\2 \1", text)
    return _RUN.sub(lambda match: _spaced(match[0]), text)


def _counted(match: re.Match[str]) -> str:
    """Return a word for a pack as a number of pieces, behind the code that ends with it."""
    code = "-twin" if match[2] else ""
    return f"{code} {_PACK_WORDS[match[1] or match[2]]} pack"


def _spaced(run: str) -> str:
    parts = _PART.findall(run)
    return " ".join(map("".join, parts)) if all(unit in UNITS for _, unit in parts) else run
