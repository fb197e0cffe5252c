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
        *("upcharge", "uplift"),
    )
)
SURCHARGE_ENDINGS = (
    *("zuschlag", "zuschlage", "zuschlags", "zuschlagspreis", "aufschlag", "tillagg", "tillagget"),
    *("toeslag", "toeslagen", "aufpreis", "aufpreise", "mehrpreis", "mehrpreise"),
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
        *("added", "add", "hinzugerechnet", "addiert", "aufgeschlagen", "hinzu", "dazu"),
        *("zusätzlich", "прибавляется", "добавляется"),
        *("взимается", "ajoute", "ajouter", "ajouté", "sus", "suma", "añade"),
        *("dolicza", "doliczany", "doliczana", "додається", "tillkommer"),
        *("läggs", "opgeteld", "komt", "připočítává", "aggiunge", "aggiunto", "adaugă", "eklenir"),
        *("добавя", "acresce", "soma"),
    )
)
# Of a sentence about a surcharge that is billed separately from the prices: a word of each set.
SEPARATELY_WORDS = frozenset(
    (
        *("separat", "separately", "separate", "gesondert", "extra", "apart", "afzonderlijk"),
        *("отдельно", "дополнительно", "séparément", "à part", "aparte", "separado"),
        *("separada", "oddzielnie", "osobno", "zvlášť", "samostatně", "separatamente", "a parte"),
        *("окремо", "särskilt", "отделно", "ayrıca", "ayrı", "à parte", "separadamente"),
    )
)
BILLED_WORDS = frozenset(
    (
        *("billed", "invoiced", "charged", "berechnet", "verrechnet", "fakturiert", "erhoben"),
        *("начисляется", "взимается", "выставляется", "оплачивается", "начисляются", "взимаются"),
        *("оплачиваются", "facturé", "facturée", "facturés", "facturées", "factura", "facturan"),
        *("facturado", "cobra", "cobran", "naliczana", "naliczany", "naliczane", "fakturowana"),
        *("účtuje", "účtován", "účtována", "účtují", "fatturato", "fatturata", "addebitato"),
        *("addebitata", "addebitati", "faktureras", "debiteras", "berekend", "gefactureerd"),
        *("facturat", "facturează", "faturalandırılır", "нараховується", "сплачується"),
        *("начислява", "фактурира", "faturado", "faturada", "cobrado", "cobrada", "fatturati"),
    )
)
# The bill itself: `added at invoice`, `wird separat in Rechnung gestellt`.
INVOICE_WORDS = frozenset(
    (
        *("invoice", "invoicing", "billing", "rechnung", "rechnungsstellung", "facturation"),
        *("facture", "facturación", "faktury", "fakturze", "faktuře", "фактуре", "счете", "счёте"),
        *("fattura", "fatturazione", "factuur", "faktura", "fakturan", "faturaya", "рахунку"),
    )
)
