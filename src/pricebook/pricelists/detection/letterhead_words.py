"""Words of texts beside a table that have no word for prices. Pure data."""

from pricebook.pricelists.detection.word_keys import comparison_keys

# Beside the words of a currency, a quantity or a tax: `all in EUR`.
BARE_STATEMENT_WORDS = comparison_keys(
    (
        *("in", "en", "w", "в", "у", "i", "all", "alle", "alles", "and", "und", "et", "y", "и"),
        *("і", "or", "oder", "или", "ou", "o", "lub", "або", "tous", "todos", "все", "всі"),
        *("och", "alla", "tutti", "tutte", "em", "todas", "toate", "și", "tüm", "ve", "v"),
        *("všechny", "a", "всички", "of", "eller", "konditionen", "conditions", "condizioni"),
        *("vrg", "tar"),  # fees of recycling in Switzerland
    )
)
# Taken off a price: with a percentage they leave the cost in doubt.
DISCOUNT_NOUNS = comparison_keys(
    (
        *("discount", "discounts", "less", "minus", "rebate", "off", "rabatt", "rabatte"),
        *("nachlass", "abzgl", "abzüglich", "скидка", "скидки", "скидкой", "скидку", "минус"),
        *("remise", "rabais", "moins", "descuento", "descuentos", "dto", "menos", "rabat"),
        *("rabatu", "rabatem", "upust", "upustu", "знижка", "знижки", "знижкою", "мінус"),
        *("вычетом", "korting", "kortingen", "sconto", "sconti", "ribasso", "meno", "desconto"),
        *("descontos", "reducere", "reduceri", "indirim", "iskonto", "sleva", "slevy"),
        *("отстъпка", "отстъпки", "rabatten", "avdrag"),
    )
)
# Those that may subtract anything.
SUBTRACTION_WORDS = comparison_keys(
    (
        *("less", "minus", "off", "abzgl", "abzüglich", "минус", "moins", "menos", "мінус"),
        *("вычетом", "meno", "avdrag"),
    )
)
# Of a section whose articles take no discount.
WITHOUT_WORDS = comparison_keys(
    (
        *("nil", "kein", "keine", "keinen", "keinerlei", "нет", "sans", "aucun", "aucune", "geen"),
        *("ningún", "senza", "нет", "немає", "żaden", "žádná", "ingen", "hiçbir"),
    )
)
DISCOUNTABLE_WORDS = comparison_keys(
    (
        *("rabattfähig", "rabattfähige", "rabattierbar", "rabattiert", "discounted", "rebates"),
        *("discountable", "remisable", "remisables", "remisé", "remisés", "скидок", "скидке"),
        *("знижок", "rabatowane", "rabatów", "scontabile", "scontabili", "rabattberechtigt"),
    )
)
UNDISCOUNTED_WORDS = comparison_keys(("rabattfrei", "rabattfreie", "rabattlos", "nondiscountable"))
NET_WORDS = comparison_keys(
    ("nett", "net", "nets", "nette", "nettes", "netti", "netos", "netas", "neto", "нетто")
)
# Articles whose prices are net, in one word.
NET_ARTICLE_WORDS = comparison_keys(
    ("nettoartikel", "nettoware", "nettopreisartikel", "nettopositionen", "nettoprodukte")
)
# Beside `net` in a title: `NETO artikli`.
ARTICLE_NOUNS = comparison_keys(
    (
        *("article", "articles", "item", "items", "goods", "products", "artikel", "waren", "ware"),
        *("produkte", "positionen", "товары", "товар", "позиции", "артикли", "artikli", "roba"),
        *("proizvodi", "izdelki", "produits", "artículos", "productos", "pozycje", "towary"),
        *("produkty", "artykuły", "artiklar", "artikelen", "producten", "zboží", "položky"),
        *("articoli", "prodotti", "articole", "produse", "ürünler", "artigos", "produtos"),
    )
)
# Of net weights, which take no part in prices.
WEIGHT_WORDS = comparison_keys(
    (
        *("weight", "weights", "gewicht", "poids", "peso", "masa", "waga", "вес", "масса", "wt"),
        *("hmotnost", "vikt", "greutate", "ağırlık", "тегло", "вага", "маса", "gramm", "inhalt"),
        *("content", "contents", "volume", "tage", "tagen", "days", "dni", "jours", "giorni"),
    )
)
# Of a sentence that takes articles out of what it states: `30 % on all but spare parts`.
EXCEPTION_WORDS = comparison_keys(
    (
        *("except", "excepting", "exception", "exceptions", "excluding", "excluded", "excludes"),
        *("außer", "ausgenommen", "ausnahme", "ausnahmen", "ausgeschlossen", "кроме", "крім"),
        *("окрім", "исключением", "исключение", "винятком", "sauf", "excepté", "exclus", "hors"),
        *("excepto", "salvo", "exceptuando", "excluidos", "oprócz", "wyjątkiem", "wyłączeniem"),
        *("poza", "utom", "förutom", "undantag", "behalve", "uitgezonderd", "kromě", "mimo"),
        *("výjimkou", "eccetto", "tranne", "esclusi", "escluso", "escluse", "esclusione"),
        *("excepția", "exceptând", "hariç", "dışında", "освен", "изключение", "exceto", "exceção"),
    )
)
# Beginnings of the words of a mark: `items marked N`, `mit N gekennzeichnete Artikel`.
MARKED_BEGINNINGS = tuple(
    sorted(
        comparison_keys(
            (
                *("gekennzeichn", "kennz", "markier", "marked", "mark", "flagged", "vermerk"),
                *("bezeichnet", "versehen", "designat", "denot"),
                *("oznacz", "отмеч", "помеч", "обознач", "маркир", "пометк", "познач", "означ"),
                *("marqu", "signal", "repér", "indiqu", "marcad", "señalad", "contrasseg"),
                *("gemark", "aangeduid", "märk", "označ", "işaret", "symbol", "litera", "letter"),
                *("buchstabe", "marcat", "assinalad", "lettre", "letra", "lettera", "букв"),
            )
        )
    )
)
STAR_BEGINNINGS = tuple(
    sorted(
        comparison_keys(
            (
                *("asterisk", "sternchen", "gwiazdk", "звездоч", "зірочк", "astérisque"),
                *("asterisco", "hvězdičk", "asterisc"),
            )
        )
    )
)
# Short words in capitals that introduce a text and mark no article.
NO_MARKS = comparison_keys(
    ("nb", "ps", "ab", "alle", "all", "der", "die", "das", "the", "we", "wir", "no", "nr", "gmbh")
)
# A discount on a condition, which an order or a payment may fulfil.
CONDITION_WORDS = comparison_keys(
    (
        *("if", "from", "over", "above", "order", "orders", "payment", "prepayment", "cash"),
        *("ab", "bei", "skonto", "zahlung", "vorkasse", "bestellung", "innerhalb", "wenn", "up"),
        *("bis", "при", "от", "оплате", "предоплате", "заказе", "до", "dès", "si", "paiement"),
        *("commande", "desde", "pedido", "pedidos", "pago", "pronto", "od", "przy", "zamówieniu"),
        *("płatności", "від", "within", "days", "tage", "tagen", "дней", "jours", "online"),
        *("new", "erstbestellung", "можно", "возможна", "возможны", "possible", "may", "können"),
        *("vary", "vid", "betalning", "beställning", "bij", "betaling", "bestelling", "vanaf"),
        *("pagamento", "ordine", "ordini", "entro", "plată", "comandă", "peste", "ödeme"),
        *("sipariş", "peşin", "platbě", "objednávce", "nad", "плащане", "поръчка", "над"),
        *("encomenda", "acima", "dagar", "dagen", "giorni", "zile", "gün", "dnů", "дни"),
    )
)
# Beside a discount for every article: `Your discount: 30 %`.
DISCOUNT_LABEL_WORDS = comparison_keys(
    (
        *("your", "our", "the", "all", "on", "of", "list", "dealer", "trade", "customer"),
        *("standard", "ihr", "ihre", "unser", "händler", "kunden", "grund", "auf", "alle"),
        *("alles", "händlerrabatt", "ваша", "наша", "на", "все", "всё", "votre", "notre", "sur"),
        *(
            "tout",
            "su",
            "sobre",
            "il",
            "lo",
            "todo",
            "twój",
            "nasz",
            "na",
            "wszystko",
            "усе",
            "grundrabatt",
        ),
        *("kundenrabatt", "er", "vår", "alla", "uw", "onze", "op", "vostro", "nostro", "tutti"),
        *("seu", "nosso", "todos", "nostru", "toate", "sizin", "tüm", "vaše", "naše", "všechno"),
        *("вашата", "върху", "всички"),
    )
)
# Of a letterhead, before the quantity that prices are for.
PRICE_QUANTITY_LABELS = comparison_keys(
    ("base quantity", "basismenge", "preisbasismenge", "base de precio", "preis je", "prices per")
)
