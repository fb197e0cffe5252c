"""Units as they follow numbers in texts: what each measures, and its size in a base unit."""

import re
from typing import NamedTuple

from pricebook.matching.scoring.folding import fold, word_set
from pricebook.pricelists.facts.units import unit_words

COUNT = "count"
LENGTH = "length"


class Unit(NamedTuple):
    """What a unit measures, and how many base units it is."""

    dimension: str
    factor: float

    @property
    def is_metric(self) -> bool:
        """Whether a number in it converts to other units of its dimension without rounding."""
        return self.dimension == "time" or f"{self.factor:e}".startswith("1.000000")


# Codes of UN/ECE Recommendation 20 in millimetres, grams, millilitres, square millimetres, minutes.
_CODES = {
    "MTR": Unit(LENGTH, 1000),
    "KMT": Unit(LENGTH, 1e6),
    "CMT": Unit(LENGTH, 10),
    "MMT": Unit(LENGTH, 1),
    "FOT": Unit(LENGTH, 304.8),
    "INH": Unit(LENGTH, 25.4),
    "YRD": Unit(LENGTH, 914.4),
    "KGM": Unit("mass", 1000),
    "GRM": Unit("mass", 1),
    "MGM": Unit("mass", 0.001),
    "TNE": Unit("mass", 1e6),
    "LBR": Unit("mass", 453.6),
    "ONZ": Unit("mass", 28.35),
    "LTR": Unit("volume", 1000),
    "MLT": Unit("volume", 1),
    "CLT": Unit("volume", 10),
    "HLT": Unit("volume", 1e5),
    "GLL": Unit("volume", 3785),
    "MTK": Unit("area", 1e6),
    "CMK": Unit("area", 100),
    "FTK": Unit("area", 92903),
    "MTQ": Unit("volume", 1e6),
    "KWH": Unit("energy", 1000),
    "HUR": Unit("time", 60),
    "DAY": Unit("time", 1440),
}
# Pieces, pairs, sets and packages: what is counted matters less than how many there are.
_PIECES = Unit(COUNT, 1)
_OTHER_WORDS = {
    "ml, mls": Unit("volume", 1),
    "ltr": Unit("volume", 1000),
    "gsm, g/m2, g/qm, gr/m2": Unit("mass", 1),
    "dl": Unit("volume", 100),
    "cc": Unit("volume", 1),
    "fl oz, floz, fl.oz": Unit("volume", 29.57),
    "cu ft, cu.ft, cubic feet, cubic foot": Unit("volume", 28316846),
    # `25 CF` of a refrigerator are cubic feet, of a price list in Italian packs.
    "cf": Unit("cubic feet or packs", 1),
    "pint, pints, pt": Unit("volume", 473.2),
    "qt, quart, quarts": Unit("volume", 946.4),
    "mkm, um, micron, microns": Unit(LENGTH, 0.001),
    "dm": Unit(LENGTH, 100),
    "inches, inch, in, zoll, dyuim, pollici": Unit(LENGTH, 25.4),
    "mm2, qmm, sqmm, sq mm, kv mm, kv.mm, mm kv": Unit("area", 1),
    "w, watt, watts, vt, wat, watow": Unit("power", 1),
    "kw, kvt, kilowatt": Unit("power", 1000),
    "mw": Unit("power", 0.001),
    "hp, ps, l.s": Unit("power", 735.5),
    "va": Unit("apparent power", 1),
    "kva": Unit("apparent power", 1000),
    "wh, vt ch, vtch": Unit("energy", 1),
    "v, volt, volts, vdc, vac, v dc, v ac": Unit("voltage", 1),
    "kv": Unit("voltage", 1000),
    "mv": Unit("voltage", 0.001),
    "a, amp, amps, ampere, amper": Unit("current", 1),
    "ma": Unit("current", 0.001),
    "ka": Unit("current", 1000),
    "ah, ach": Unit("charge", 1000),
    "mah, mach": Unit("charge", 1),
    "hz, gc": Unit("frequency", 1),
    "khz, kgc": Unit("frequency", 1e3),
    "mhz, mgc": Unit("frequency", 1e6),
    "ghz, ggc": Unit("frequency", 1e9),
    "kb": Unit("data", 1e-3),
    "mb": Unit("data", 1),
    "gb, gig, go": Unit("data", 1e3),
    "tb": Unit("data", 1e6),
    "kbps": Unit("data rate", 1e-3),
    "mbps, mbit, mbit/s, mb/s": Unit("data rate", 1),
    "gbps, gbit, gbit/s, gb/s": Unit("data rate", 1e3),
    "mp, megapixel, megapixels, mpx": Unit("pixels", 1),
    "bar, atm": Unit("pressure", 1),
    "psi": Unit("pressure", 0.0689),
    "mpa": Unit("pressure", 10),
    "kpa": Unit("pressure", 0.01),
    "nm, n.m, newton": Unit("torque", 1),
    "ohm, om": Unit("resistance", 1),
    "kohm, kom": Unit("resistance", 1000),
    "uf, mkf": Unit("capacitance", 1),
    "nf": Unit("capacitance", 0.001),
    "lm, lumen, lumens": Unit("luminous flux", 1),
    "db": Unit("level", 1),
    "rpm, u/min, ob/min, min-1, tr/min": Unit("speed", 1),
    "tpi": Unit("pitch", 1),
    "dpi": Unit("resolution", 1),
    "°c, °s, grad c": Unit("temperature", 1),
    "°, deg, degree, degrees, grad": Unit("angle", 1),
    "k, kelvin": Unit("colour temperature", 1),
    "%, percent, prozent": Unit("share", 1),
    "sec, secs, second, seconds, sek, sekunden": Unit("time", 1 / 60),
    "min, mins, minute, minutes, minuten": Unit("time", 1),
    "month, months, monat, monate, mesyacev": Unit("time", 43830),
    "year, years, yr, yrs, jahr, jahre, god, goda, let, ans, anos": Unit("time", 525960),
    "ct, count, er, er pack, er set, er packung, pk, pak": _PIECES,
    "teilig, tlg, teile, predmetov, predmeta, pr, parts, pieces, paar, par": _PIECES,
    "ark, arkuszy, arkusze, kartek, kartki, rol, rolki, rolek, uds": _PIECES,
    "wl, waschladungen, washes, lavages, lavados, lavaggi, pran, stirok": _PIECES,
    "tabs, tablets, tabletten, capsules, kapseln, sachets, servings": _PIECES,
}
# Packages that are counted; `bag`, `drum` and the like say what something is in.
_COUNTED = frozenset(["H87", "PR", "SET", "XPK", "XBX", "XCT", "XBO", "XTN", "XRO", "XST"])
# Words for units in a cell that are something else after a number in a text.
_AMBIGUOUS = word_set(
    "dia u un ud und unid to pie pies cal once ro op it item items nos bl ed ves ve case "
    "can dose ht pal day days roll rol rl ark kor list lista but od let kart lata a h k-t "
    "c62 h87 ea each rames rm tafel bogen kit kits"
)


# What fits into a cooler: no pack, and bottles are not compared with cans.
_CAPACITIES = {
    **dict.fromkeys(("bottle", "bottles", "flaschen"), Unit("bottles inside", 1)),
    **dict.fromkeys(("can", "cans", "dosen"), Unit("cans inside", 1)),
}
_COOLER = re.compile(
    r"cool(?:er|ing)|chiller|fridge|refrigerator|cellar|(?:kuehl|kuhl|klima)schrank|kuhler|kuehler"
)


def capacity_unit(word: str | None, text: str) -> Unit | None:
    """Return the unit of what fits into the cooler that a text names; None for other articles."""
    unit = _CAPACITIES.get(word or "")
    return unit if unit and _COOLER.search(text) else None


def _known_units() -> dict[str, Unit]:
    units = dict[str, Unit]()
    for word, code in unit_words().items():
        unit = _CODES.get(code) or (_PIECES if code in _COUNTED else None)
        folded = fold(word)
        if unit and word != code.casefold() and folded not in _AMBIGUOUS:
            units.setdefault(folded, unit)
    for words, unit in _OTHER_WORDS.items():
        units.update(dict.fromkeys(words.split(", "), unit))
    return units


UNITS = _known_units()
