"""Words of headers and sentences about prices, in the languages of `vocabulary`. Pure data.

All words are compared without case and accents (`comparison_key`).
"""

from decimal import Decimal

from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.facts.quantities import NUMBER_OF_WORD
from pricebook.pricelists.text import comparison_key

# A price, all prices, a price list.
PRICE_NOUNS = comparison_keys(
    (
        *("price", "prices", "pricing", "pricelist", "pricelists", "preis", "preise", "preisen"),
        *("amounts", "values", "angaben", "beträge", "werte", "суммы", "montants", "importes"),
        *("valeurs", "valores", "kwoty", "суми"),
        *("preisliste", "preislisten", "preisangaben", "listenpreise", "nettopreise"),
        *("bruttopreise", "verkaufspreise", "einkaufspreise", "cost", "costs"),
        *("цене", "ценой", "ценами", "цінам", "цінами", "cenom", "cenami"),
        *("цена", "цены", "цен", "ценам", "ценах", "цену", "прайс", "прайслист", "прейскурант"),
        *("стоимость", "prix", "tarif", "tarifs", "precio", "precios", "tarifa", "tarifas"),
        *("cena", "ceny", "cen", "cennik", "cennika", "cenach", "ціна", "ціни", "цін", "цінах"),
        *(
            "вартість",
            "pris",
            "prisen",
            "priser",
            "priserna",
            "priserne",
            "prisene",
            "priset",
            "prislista",
            "prijs",
            "prijzen",
            "prijslijst",
        ),
        *("bruttopreis", "nettopreis", "listenpreis", "einzelpreise", "stückpreise"),
        *("basispreise", "händlerpreise", "katalogpreise", "bruttopriser", "nettopriser"),
        *("listpriser", "kundpriser", "inköpspriser", "brutoprijzen", "nettoprijzen"),
        *("inkoopprijzen", "verkoopprijzen", "catalogusprijzen", "lijstprijzen"),
        *("ceník", "ceníku", "prezzo", "prezzi", "listino", "preț", "prețul", "prețuri"),
        *("fiyat", "fiyatlar", "fiyatları", "fiyatlarımız", "fiyatlarımıza", "fiyatlara"),
        *("prețurile", "fiyatı", "цената", "цените"),
        *("ценоразпис", "preço", "preços"),
    )
)
# The prices that the final customer pays; a sentence about them says nothing about the cost.
OTHER_PRICE_NOUNS = comparison_keys(
    (
        *("uvp", "msrp", "rrp", "srp", "mrp", "ррц", "мрц", "versandkosten", "fracht", "shipping"),
        *("freight", "доставка", "доставки", "pfand", "deposit", "livraison", "transport", "port"),
        *("envío", "portes", "dostawa", "wysyłka", "оплата", "оплаты", "payment", "payable"),
        *("zahlbar", "zahlung", "paiement", "pago", "płatność", "сплата", "versand", "frakt"),
        *(
            "verzending",
            "verzendkosten",
            "doprava",
            "dopravné",
            "spedizione",
            "trasporto",
            "nakliye",
        ),
        *("kargo", "доставката", "portes", "betaling", "betalning", "platba", "pagamento", "plata"),
        *("ödeme", "плащане", "adviesprijs", "adviesprijzen", "adviesverkoopprijzen", "pvp"),
    )
)
PER_WORDS = comparison_keys(
    (
        *("per", "each", "for", "pro", "je", "jeweils", "für", "за", "на", "par", "pour", "por"),
        *("cada", "za", "каждые", "кожні", "för", "voor", "pr"),
    )
)
# What follows these is a quantity or a unit; `for`, `за` and `par` have other meanings, too.
ONLY_PER_WORDS = comparison_keys(("per", "pro", "je", "jeweils", "cada"))
# Between a pack and the number of its pieces: `pack of 10`.
OF_WORDS = comparison_keys(
    ("of", "à", "zu", "von", "mit", "de", "por", "po", "по", "z", "x", "with")
)
# Multiples of a currency, in which prices may be; after a preposition in a sentence.
SCALE_WORDS = comparison_keys(("millions", "mln", "mio", "млн", "mioeur"))
THOUSAND_WORDS = comparison_keys(
    (
        *("thousands", "тысячах", "тисячах", "tysiącach", "milliers", "miles", "tausendern"),
        *("migliaia", "tisících", "duizenden", "milhares"),
    )
)
MULTIPLE_CURRENCIES = comparison_keys(
    ("teur", "tusd", "tchf", "keur", "kusd", "kchf", "kgbp", "trub", "tpln", "teuro")
)
SCALE_PREPOSITIONS = comparison_keys(("in", "en", "в", "w", "у", "als", "i", "v", "em"))
# Between two units: `per kg or l`.
OR_WORDS = comparison_keys(("or", "oder", "bzw", "или", "ou", "o", "lub", "або"))
# Per, directly after a word for a price and before a unit or a number word: `Prix le cent`.
ARTICLES = comparison_keys(
    (
        "le",
        "la",
        "les",
        "au",
        "aux",
        "das",
        "der",
        "die",
        "el",
        "los",
        "las",
        "al",
        "alla",
        "il",
        "a",
    )
)
PRICE_UNIT_WORDS = comparison_keys(
    (
        *("pe", "preiseinheit", "price unit", "pricing unit", "preismenge", "единицу цены"),
        *("prisenhet", "prijseenheid"),
    )
)
# The unit of the row, whatever it is.
SALES_UNIT_WORDS = comparison_keys(
    (
        *("artikel", "article", "artículo", "product", "produkt", "produit", "producto", "товар"),
        *("position", "позицию", "позиція", "towar", "produktu", "towaru", "sku"),
        *("me", "mengeneinheit", "verkaufseinheit", "uom", "unitaire", "unitario", "jm"),
        *("jednostkę", "maßeinheit", "одиницю", "единицу", "unidad", "unité", "enhet", "eenheid"),
        *("mj", "um", "unità", "unidade"),
    )
)
# Words and abbreviations for the unit of measure of an article, in one word or before another one.
ROW_UNIT_WORDS = comparison_keys(("me", "mengeneinheit", "maßeinheit", "uom", "jm", "mj", "um"))
MEASURE_WORDS = comparison_keys(
    ("measure", "измерения", "виміру", "miary", "misura", "medida", "mesure")
)
# These follow a number that is no price quantity: `ab 100 Stück`, `100 days`.
AFTER_QUANTITY_WORDS = comparison_keys(
    (
        *("days", "tage", "дней", "jours", "días", "dni", "днів", "day", "tag", "dagar", "dagen"),
        *("dnů", "giorni", "zile", "gün", "дни"),
    )
)
_ONES = "one ein eine один одну une uno una jeden jedną одиницю"
NUMBER_WORDS = {
    **dict.fromkeys(map(comparison_key, _ONES.split()), Decimal(1)),
    **{comparison_key(word): Decimal(number) for word, number in NUMBER_OF_WORD.items()},
}
# Sentences.
ABBREVIATIONS = comparison_keys(
    (
        *("zzgl", "inkl", "exkl", "gesetzl", "einschl", "zuzügl", "ca", "incl", "excl", "inc"),
        *("руб", "шт", "тыс", "бел", "рос", "вкл", "т", "ч", "тч", "ед", "уп", "упак", "г", "грн"),
        *("stk", "st", "pcs", "pc", "nr", "no", "art", "szt", "zł", "tys", "ust", "mwst", "uds"),
        *("qty", "min", "max", "us", "cond", "réf", "p", "u", "s", "z", "b", "d", "h", "o", "m"),
        *(
            "vč",
            "kč",
            "ks",
            "bal",
            "kat",
            "obj",
            "cod",
            "conf",
            "pz",
            "cad",
            "buc",
            "бр",
            "лв",
            "kr",
        ),
        *("förp", "pr"),
    )
)
CURRENCY_LABELS = comparison_keys(
    (
        *("currency", "currency code", "price currency", "währung", "preiswährung", "валюта"),
        *("валюта цен", "валюта прайса", "devise", "monnaie", "moneda", "divisa", "waluta"),
        *("valuta", "listenwährung", "měna", "moeda", "para birimi", "döviz"),
    )
)
# Units of account without a code: the rate is somewhere else.
UNKNOWN_CURRENCIES = comparison_keys(("уе", "у е", "уо"))
# Before a number of pieces: the least order, no price quantity.
MINIMUM_WORDS = comparison_keys(
    (
        *("from", "ab", "от", "over", "above", "über", "mindestens", "min", "minimum", "ab", "dès"),
        *("desde", "od", "від", "свыше", "более", "до", "up", "to", "bis", "of", "least", "unter"),
        *("under", "than", "als", "de", "от", "mehr", "powyżej", "poniżej", "понад", "à", "entre"),
        *(
            "från",
            "minst",
            "vanaf",
            "minimaal",
            "da",
            "până",
            "tot",
            "až",
            "minimo",
            "asgari",
            "над",
        ),
    )
)
VALIDITY_WORDS = comparison_keys(
    (
        *("valid", "validity", "effective", "gültig", "gültigkeit", "gelten", "gilt"),
        *("действует", "действуют", "действителен", "действительны", "действительна", "valable"),
        *("valables", "vigueur", "applicable", "applicables", "válido", "válida", "válidos"),
        *("vigente", "vigentes", "vigencia", "ważny", "ważna", "ważne", "obowiązuje"),
        *("obowiązują", "дійсний", "дійсні", "дійсна", "діє", "діють", "чинний", "чинні", "giltig"),
        *(
            "giltiga",
            "gäller",
            "geldig",
            "geldend",
            "platnost",
            "platí",
            "platný",
            "platné",
            "valido",
        ),
        *(
            "validi",
            "validità",
            "vigore",
            "valabil",
            "valabile",
            "geçerli",
            "geçerlidir",
            "валидна",
        ),
        *("валиден", "валидни", "vigor", "ingaande"),
    )
)
# Alternatives of a regular expression.
VALID_FROM_PHRASES = (
    r"ab(?: dem)?|vom|gültig von|from|as of|as from|since|starting|starting from"
    r"|effective(?: from| as of| on)?|с|со|à partir du|à compter du|du|dès le"
    r"|en vigueur(?: au| le)?|applicables? au|desde(?: el)?|a partir del?|od(?: dnia)?|з|із|від"
    r"|från(?: och med)?|fr\.? ?o\.? ?m\.?|vanaf|per|ingaande(?: op| per)?|dal|a partire dal|din"
    r"|de la|începând cu(?: data de)?|от|считано от|a partir de"
)
# Before `dollars` or `рублях`.
NATIONS = {
    comparison_key(word): code
    for code, words in (
        ("USD", "us usa american amerikanische американских américains estadounidenses"),
        ("CAD", "canadian kanadische канадских"),
        ("AUD", "australian australische австралийских"),
        ("HKD", "hong kong"),
        ("SGD", "singapore"),
        ("ARS", "argentine argentinian argentinische"),
        ("CLP", "chilean chilenische"),
        ("COP", "colombian kolumbianische"),
        ("MXN", "mexican mexikanische"),
        ("PHP", "philippine"),
        ("SEK", "swedish schwedische schwedischen svenska шведских"),
        ("NOK", "norwegian norwegische norwegischen norske норвежских"),
        ("DKK", "danish dänische dänischen danske датских"),
        ("CZK", "czech tschechische tschechischen českých чешских"),
        ("INR", "indian indische indischen"),
        ("PKR", "pakistani"),
        ("AED", "emirati uae"),
        ("MAD", "moroccan marokkanische"),
        ("RSD", "serbian serbische srpskih сербских"),
        ("BYN", "белорусских белорусские бел"),
        ("RUB", "российских российские рос"),
    )
    for word in words.split()
}
# Nations that are a currency only beside its name: `инструмент из США` is none.
NATIONS_ALONE = comparison_keys(
    (
        *("сша", "российских", "российские", "белорусских", "белорусские", "бел", "рос"),
        *("argentinos", "chilenos", "colombianos", "cubanos", "dominicanos", "mexicanos"),
        *("uruguayos", "czeskich", "szwedzkich", "norweskich", "duńskich"),
    )
)
# Before a currency. Some names of currencies are other words without it.
CURRENCY_PREPOSITIONS = comparison_keys(("in", "en", "w", "v", "em", "i", "в", "у", "на"))
WORDS_LIKE_CURRENCIES = comparison_keys(
    (
        *("franken", "sterling", "złote", "yen", "dong", "lei", "korony", "kronach"),
        *("krone", "kronen", "crowns", "liras", "soles", "colones", "bolivianos", "shillings"),
        *("лари", "лева"),
    )
)
WORDS_LIKE_CURRENCY_CODES = frozenset(("AMD", "CAD", "GEL", "PHP", "TRY"))
