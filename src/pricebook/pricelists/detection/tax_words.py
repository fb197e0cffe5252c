"""Words around the names of taxes in headers and sentences. Pure data.

All words are compared without case and accents (`comparison_key`).
"""

from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.text import comparison_key

TAX_NAMES = comparison_keys(
    (
        *("vat", "tax", "taxes", "gst", "mwst", "mehrwertsteuer", "ust", "umsatzsteuer", "steuer"),
        *("ндс", "налог", "налога", "налогов", "tva", "taxe", "iva", "impuestos", "ptu"),
        *("podatek", "podatku", "пдв", "moms", "btw", "dph", "kdv", "ддс", "pdv", "ddv"),
    )
)
# Gross prices may be those before discounts where taxes have these names, and are excluded.
TAXES_BESIDE_GROSS_WORDS = comparison_keys(
    ("mwst", "mehrwertsteuer", "ust", "umsatzsteuer", "moms", "btw")
)
TAX_INCLUDED_WORDS = comparison_keys(("ttc", "tvac"))
TAX_EXCLUDED_WORDS = comparison_keys(("ht", "htva"))
GROSS_WORDS = comparison_keys(
    ("gross", "brutto", "bruttopreis", "bruttopreise", "брутто", "bruto", "grossprice", "lordo")
)
NET_WORDS = comparison_keys(
    (
        *("net", "netto", "nettopreis", "nettopreise", "нетто", "neto", "netprice", "netprices"),
        *("händlernetto", "fachhandelsnetto", "handelsnetto", "kundennetto", "einkaufsnetto"),
    )
)
INCLUDING_WORDS = comparison_keys(
    (
        *("incl", "inc", "including", "include", "includes", "included", "inclusive", "inkl"),
        *(
            "inbegriffen",
            "inklusive",
            "einschließlich",
            "einschl",
            "enthalten",
            "beinhalten",
            "включая",
        ),
        *("включен", "включена", "включено", "включают", "включает", "учетом", "учётом", "тч"),
        *("числе", "comprise", "compris", "comprises", "incluse", "inclus", "incluses", "incluye"),
        *("incluyen", "incluido", "incluida", "incluidos", "zawiera", "zawierają", "łącznie"),
        *("comprend", "comprennent", "inclut", "incluent", "enthält", "uwzględnia"),
        *("uwzględniają", "содержит", "содержат", "включають", "включає", "містить"),
        *("урахуванням", "включно", "включаючи", "містять", "вкл", "inclusief", "inbegrepen"),
        *("včetně", "vč", "inclusa", "incluso", "inclusi", "compresa", "compreso", "comprensivi"),
        *("includ", "dahil", "dahildir", "включен", "включват", "включва", "inclui", "incluem"),
    )
)
EXCLUDING_WORDS = comparison_keys(
    (
        *(
            "excl",
            "exc",
            "excluding",
            "exclude",
            "excludes",
            "excluded",
            "exclusive",
            "exkl",
            "ekskl",
        ),
        *("exklusive", "zzgl", "zuzüglich", "plus", "without", "ohne", "без", "исключая", "hors"),
        *("exclu", "excluido", "excluidos", "sin", "bez", "nettó", "before", "exclusief", "zonder"),
        *("utan", "esclusa", "escluso", "esclusi", "oltre", "fără", "hariç", "hariçtir", "sem"),
        *("neobsahují", "neobsahuje", "nezahrnují", "nezahrnuje", "acresce", "brez"),
    )
)
# A tax is added to prices, if no comma is between the two: `VAT extra`, `НДС сверху`.
ADDING_WORDS = comparison_keys(
    (
        *("extra", "extras", "additional", "additionally", "hinzu", "dazu", "zusätzlich"),
        *("aufgeschlagen", "hinzugerechnet", "separat", "плюс", "сверху", "сверх", "начисляется"),
        *("добавляется", "дополнительно", "отдельно", "sus", "ajouter", "supplément", "más"),
        *("aparte", "además", "añadirá", "añadir", "añade", "doliczyć", "doliczany", "doliczamy"),
        *("doliczenia", "dolicza", "doliczony", "додається", "додатково", "нараховується"),
        *("зверху", "понад", "окремо"),
    )
)
# These do so after the tax only: `value added tax` is its name.
ADDED_WORDS = comparison_keys(("added",))
NEGATION_WORDS = comparison_keys(
    (
        *("not", "no", "nicht", "не", "non", "nie", "ні", "inte", "ej", "niet", "não", "değil"),
        "değildir",
    )
)
# Romanian `nu` (not) is Dutch and Swedish for now: it negates these words only.
ROMANIAN_NEGATION, ROMANIAN_INCLUDING_WORDS = "nu", comparison_keys(("includ", "include", "conțin"))
# Before the name of a tax: whether it is included.
VAT_PREPOSITIONS = {
    comparison_key(word): is_included
    for word, is_included in (
        *(("с", True), ("со", True), ("with", True), ("mit", True), ("avec", True), ("con", True)),
        *(("c", True), ("m", True), ("z", True), ("із", True), ("з", True), ("s", False)),
        *(("б", False), ("ex", False), ("w o", False), ("o", False), ("med", True), ("met", True)),
        *(("cu", True), ("com", True), ("sa", True), ("so", True)),
    )
}
# `s DPH` is with VAT in Czech, `s/IVA` without it in Spanish.
VAT_PREPOSITIONS_OF_TAX = {("s", "dph"): True, ("s", "pdv"): True, ("s", "ddv"): True}
FROM_WORDS = comparison_keys(
    (
        *("of", "the", "de", "la", "le", "du", "des", "der", "die", "gesetzl", "gesetzlicher"),
        *("gesetzlichen", "gesetzliche", "сумму", "суммы", "statutory", "applicable", "jeweiligen"),
        *("учета", "учёта", "ставка", "урахування", "podatku", "podatek", "налога", "l"),
    )
)
