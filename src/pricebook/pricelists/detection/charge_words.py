"""Words of charges beside a price: surcharges and deposits. Pure data.

All words are compared like those of `vocabulary`.
"""

# Added to a price: for copper, energy, alloys.
SURCHARGE_WORDS = frozenset(
    (
        *("surcharge", "surcharges", "adder", "mtz", "supplément", "suppléments", "surcoût"),
        *("majoration", "surtaxe", "надбавка", "надбавки", "надбавку", "надбавкой", "доплата"),
        *("доплаты", "recargo", "recargos", "suplemento", "sobreprecio", "dopłata", "dopłaty"),
        *("příplatek", "přirážka", "sovrapprezzo", "maggiorazione", "supplemento", "suprataxă"),
        *("supliment", "ek ücret", "доплащане", "sobretaxa", "acréscimo", "sobrecusto"),
    )
)
SURCHARGE_ENDINGS = (
    *("zuschlag", "zuschlage", "zuschlags", "zuschlagspreis", "aufschlag", "tillagg", "tillagget"),
    *("toeslag", "toeslagen"),
)
# For an order as a whole.
ORDER_CHARGE_BEGINNINGS = (
    *("mindermengen", "kleinmengen", "kleinauftrag", "express", "schnitt", "versand", "fracht"),
    *("insel", "liefer", "nacht"),
)

# Paid back for returned bottles and packs.
DEPOSIT_WORDS = frozenset(
    (
        *(
            "deposit",
            "pant",
            "panten",
            "consigne",
            "consignes",
            "kaucja",
            "kaucje",
            "залог",
            "залогом",
        ),
        "залогом",
        *("залоговая", "залога", "застава", "заставна", "statiegeld", "záloha", "zálohy"),
        *("cauzione", "cauzioni", "depozito", "depozit", "депозит", "depósito", "fianza", "kauce"),
        *("амбалаж", "pantti"),
    )
)
DEPOSIT_ENDINGS = ("pfand", "pfandes", "pfandwert", "pfandpreis", "pfandbetrag")

# Of a price header: a part of the price of another column.
PART_WORDS = frozenset(
    (
        *("davon", "hiervon", "thereof", "dont", "varav", "waarvan", "incl", "inkl", "inclus"),
        *("incluido", "включая", "вкл", "enthaltener", "enthalten", "included", "w tym"),
    )
)
# Of a sentence about a surcharge that is to be added.
ADDED_WORDS = frozenset(
    (
        *("added", "add", "hinzugerechnet", "addiert", "aufgeschlagen", "hinzu", "dazu", "separat"),
        *("separately", "gesondert", "zusätzlich", "прибавляется", "добавляется", "отдельно"),
        *("взимается", "ajoute", "ajouter", "ajouté", "sus", "séparément", "suma", "añade"),
        *("aparte", "dolicza", "doliczany", "doliczana", "oddzielnie", "додається", "tillkommer"),
        *("läggs", "opgeteld", "komt", "připočítává", "aggiunge", "aggiunto", "adaugă", "eklenir"),
        *("добавя", "acresce", "soma"),
    )
)
