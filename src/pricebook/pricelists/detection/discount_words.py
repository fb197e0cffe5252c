"""Header words of discounts that are no percentages: multipliers, money, groups. Pure data.

What a price times a multiplier is, the buyer pays: 0.42 takes 58 percent off.
"""

# Ranks of the headers of multipliers among those of discounts; those of `DISCOUNT_WORDS` are 0.
MULTIPLIER_RANK = 1
FACTOR_RANK = 2
MULTIPLIER_WORDS = (
    *("multiplier", "price multiplier", "list multiplier", "net multiplier", "cost multiplier"),
    *("your multiplier", "dealer multiplier", "trade multiplier", "customer multiplier"),
    *("discount multiplier", "multiplicateur", "multiplikator", "multiplicador", "mnożnik"),
    *("множитель", "множник"),
)
# These may be factors between units, too: they count beside a list price, else they are a doubt.
FACTOR_WORDS = (
    *("factor", "faktor", "coefficient", "coef", "coeff", "koeffizient", "mult", "коэффициент"),
    *("коэф", "коэфф", "коефіцієнт", "coeficiente", "współczynnik", "facteur"),
)
AMOUNT_WORDS = frozenset(
    (
        *("amount", "amt", "value", "money", "betrag", "wert", "summe", "сумма", "montant"),
        "importe",
        *("kwota", "wartość", "сума", "belopp", "bedrag", "importo", "částka", "valor", "tutarı"),
    )
)
DISCOUNT_AMOUNT_WORDS = frozenset(
    (
        *("rabattbetrag", "nachlassbetrag", "rabattwert", "kortingsbedrag", "rabattbelopp"),
        *("сумма скидки", "размер скидки в руб", "montant de remise", "montant de la remise"),
        *("importe de descuento", "importe del descuento", "kwota rabatu", "wartość rabatu"),
        *("сума знижки", "valor do desconto", "importo sconto", "indirim tutarı"),
    )
)
# In any order beside a word for discounts, as in `Gr. remise`, `Rabatt-Kz.`, `Код скидки`.
GROUP_WORDS = frozenset(
    (
        *("group", "grp", "gr", "code", "cd", "class", "cl", "category", "cat", "family", "key"),
        *("gruppe", "klasse", "kategorie", "kat", "kennzeichen", "kz", "kennz", "schlüssel"),
        *("groupe", "classe", "catégorie", "famille", "fam", "cod", "grupo", "código", "clase"),
        *("categoría", "familia", "группа", "гр", "код", "класс", "категория", "кат", "grupa"),
        *("kod", "klasa", "kategoria", "група", "клас", "категорія", "категория", "groep", "klas"),
        *("categorie", "grupp", "klass", "skupina", "sk", "kód", "třída", "gruppo", "codice"),
        *("categoria", "famiglia", "grupă", "clasă", "grubu", "kodu", "sınıfı"),
    )
)
DISCOUNT_NOUNS = frozenset(
    (
        *("discount", "disc", "rebate", "rabatt", "rabat", "rab", "rbt", "nachlass", "kondition"),
        *(
            "konditions",
            "remise",
            "rem",
            "rabais",
            "descuento",
            "dto",
            "dcto",
            "скидки",
            "скидка",
            "скидок",
            "скидочная",
            "скид",
            "rabatu",
            "rabatowa",
        ),
        *("rabatowy", "upustu", "знижки", "знижка", "знижок", "korting", "kortings", "kort"),
        *("rabattu", "slevy", "slevová", "rabatová", "sconto", "sconti", "scontistica"),
        *("reducere", "iskonto", "indirim", "отстъпка", "отстъпки", "desconto"),
    )
)
# Groups of prices, to which a supplier may grant discounts: beside a list price, or where the file
# states discounts by group, they are discount groups.
PRICE_GROUP_WORDS = (
    *("pg", "price group", "price grp", "price class", "pricing group", "pr grp"),
    *("preisgruppe", "preisgr", "preisklasse", "preiskategorie", "pr gr", "prgr", "pgr"),
    *("groupe de prix", "groupe tarifaire", "classe de prix", "classe tarifaire"),
    *("grupo de precio", "grupo de precios", "grupo tarifario", "grupo precio", "clase de precio"),
    *("grupa cenowa", "gr cenowa", "klasa cenowa", "ценовая группа", "группа цен", "группа цены"),
    *("цен группа", "цінова група", "група цін", "prisgrupp", "prisklass", "prijsgroep"),
    *("prijsklasse", "cenová skupina", "gruppo prezzo", "gruppo di prezzo", "fascia prezzo"),
    *("fascia di prezzo", "classe prezzo", "grupă de preț", "grupa de preț", "fiyat grubu"),
    *("ценова група", "grupo de preço", "grupo de preços", "classe de preço"),
)
# Prices before the discounts of a buyer, beside those of `LIST_PRICE_WORDS`.
GROSS_PRICE_WORDS = frozenset(
    (
        *(
            "liste",
            "gross",
            "brutto",
            "bruttopreis",
            "bruttopreise",
            "brut",
            "bruto",
            "lordo",
            "прайс",
        ),
        *("grossprice", "bruttopris", "brutoprijs", "catalogue", "catalog", "katalog", "ceník"),
        *("cennik", "listino", "tarif", "tarifa", "brüt", "брутто"),
    )
)
# Abbreviations that name a discount only with a number, `Sc. 1`, or above or before a chain of
# percentages, `40+10`: a `Sc.` may be a box, a `Desc.` a description.
NUMBERED_DISCOUNT_WORDS = ("sc", "sct", "kort")
ABBREVIATED_DISCOUNT_WORDS = (
    *NUMBERED_DISCOUNT_WORDS,
    *("scto", "sc base", "sct base", "rab", "rbt", "rem", "disc", "desc", "dcto", "dto", "скид"),
    *("ск", "знижк", "isk", "отст"),
)
# Beside a discount, its place in the order: `Rabatt II`, `2nd discount`.
ORDINAL_WORDS = (
    *("i", "ii", "iii", "first", "1st", "second", "2nd", "third", "3rd", "1er", "2ème", "3ème"),
    *("erster", "zweiter", "dritter", "1e", "2e", "3e", "primo", "secondo", "terzo"),
)
# Words of a discount beside the usual one, which may hold for some orders only: `Zusatzrabatt`.
FURTHER_DISCOUNT_WORDS = (
    *("extra", "additional", "further", "special", "zusatz", "zusätzlicher", "weiterer", "sonder"),
    *("bijkomende", "supplémentaire", "complémentaire", "adicional", "aggiuntivo", "dodatkowy"),
    *("další", "доп", "дополнительная", "додаткова", "ytterligare", "ekstra", "ek"),
)
