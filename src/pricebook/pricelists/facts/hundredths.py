"""Names of the hundredth of a currency: `öre`, `Rappen`, `pence`, `коп.`."""

# The names by the currencies that they may be of, also without their accents.
_NAMES = {
    "EUR USD CAD AUD NZD HKD SGD TWD ZAR": "cent cents ct cts центах центы центов",
    "EUR": (
        "eurocent eurocents eurocenten eurocentów eurocentach eurocenti евроцентах евроцентов "
        "sentti senttiä sentteinä"
    ),
    "EUR CHF": "centime centimes",
    "EUR CHF MAD DZD": "centesimi centesimo céntimos céntimo centimos cêntimos cêntimo",
    "USD MXN BRL ARS CLP COP": "centavos centavo",
    "SEK": "öre",
    "SEK DKK NOK": "ore",
    "DKK NOK": "øre ører",
    "CHF": "rappen räppli rp",
    "GBP": "pence p penny pennies pens пенсах пенсов pensach pensów peniques",
    "PLN": "grosz grosze groszy groszach gr",
    "CZK": "haléř haléře haléřů haléřích haler halere haleru halerich",
    "HUF": "fillér fillérben filler fillerben",
    "RUB BYN UAH": "коп копеек копейки копейка копейках kopek kopeks kopeck kopecks",
    "UAH": "копійок копійки копійка копійках",
    "BGN": "стотинки стотинка стотинках ст",
    "RON MDL": "ban bani",
    "TRY": "kuruş kurus",
}
_CODES = {
    name: frozenset(codes.split()) for codes, names in _NAMES.items() for name in names.split()
}
# Also words for other things: a hundred, pieces, gross or gram, money, another currency.
AMBIGUOUS = frozenset(
    [
        "cent",
        "cents",
        "ct",
        "cts",
        "p",
        "pens",
        "gr",
        "rp",
        "bani",
        "ban",
        "ст",
        "grosze",
        "ore",
        "filler",
    ]
)
# Letters and abbreviations that are hundredths beside a unit or the words of their language only.
ABBREVIATIONS = frozenset(("p", "gr", "rp", "ст", "ban"))


def hundredth_codes(word: str) -> frozenset[str] | None:
    """Return the ISO 4217 codes of the currencies that a word is a hundredth of, None without."""
    return _CODES.get(word.casefold().rstrip("."))


def is_money_of_unit(word: str, unit: str) -> bool:
    """Return whether a word before the slash of a unit cell is a hundredth of a currency.

    `ct/Stk` has one; `CT/10` and `ct/10` may be a carton of ten.
    """
    if hundredth_codes(word) is None:
        return False
    name = word.rstrip(".")
    return name.casefold() not in AMBIGUOUS or (name.islower() and any(map(str.isalpha, unit)))
