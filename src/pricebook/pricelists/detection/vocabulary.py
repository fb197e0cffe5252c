"""Header words of price lists in fifteen languages. Pure data.

English, German, Russian, French, Spanish, Polish and Ukrainian have many words each; Bulgarian,
Czech, Dutch, Italian, Portuguese, Romanian, Swedish and Turkish the ordinary ones.

Headers are compared without case, accents, punctuation and spaces, so `Art.-Nr.`, `art nr` and
`ArtNr` are equal. The words of a field are grouped by rank, best first: a lower rank is used only
if no column has a header of a better one.
"""

from pricebook.pricelists.detection.discount_words import (
    FACTOR_WORDS,
    MULTIPLIER_WORDS,
    PRICE_GROUP_WORDS,
)
from pricebook.pricelists.detection.fact_words import (
    BRAND_WORDS,
    DISCOUNT_GROUP_WORDS,
    DISCOUNT_WORDS,
    GTIN_WORDS,
    LEAD_TIME_WORDS,
    MIN_ORDER_QUANTITY_WORDS,
    MPN_WORDS,
    PACK_SIZE_WORDS,
    PRICE_QUANTITY_WORDS,
    STOCK_WORDS,
    VALID_FROM_WORDS,
    VAT_RATE_WORDS,
)
from pricebook.pricelists.detection.price_words import LIST_PRICE_WORDS, PRICE_WORDS
from pricebook.pricelists.detection.unit_words import UNIT_WORDS
from pricebook.pricelists.schemas.read_config import Field

_CODE_NOUNS = (
    *("article", "item", "product", "part", "material", "stock", "catalog", "catalogue"),
    *("artikel", "produkt", "teile", "bestell", "katalog", "art"),
)
_CODE_WORD = ("code", "no", "nr", "num", "number", "nummer", "sku", "ref", "reference")

# Codes of tills and scales: those of the supplier if a list has no others.
PLU_WORDS = (
    *("plu", "plu code", "plu no", "plu nr", "plu nummer", "plu number", "plu код", "код plu"),
    *("code plu", "n° plu", "código plu", "kod plu", "nr plu", "codice plu", "cod plu"),
)

SKU_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *(f"{of} {word}" for of in _CODE_NOUNS for word in _CODE_WORD),
        *("sku", "supplier sku", "vendor sku", "vendor code", "supplier article number"),
        *("supplier item code", "supplier part number", "best nr", "lieferantenartikelnummer"),
        *("artikelkennung", "artikelcode", "produktcode", "sachnummer", "materialnummer"),
        *("артикул", "артикул товара", "артикул поставщика", "код товара", "код изделия"),
        *("код продукта", "код номенклатуры", "номер артикула", "каталожный номер"),
        *("référence", "réf", "référence article", "réf article", "référence produit"),
        *("référence fournisseur", "réf fournisseur", "code article", "code produit"),
        *("numéro d'article", "n° article", "no article", "code référence"),
        *("código de artículo", "código artículo", "código de producto", "código producto"),
        *("referencia", "referencia proveedor", "número de artículo", "cód artículo"),
        *("indeks", "indeks towaru", "symbol", "symbol towaru", "kod towaru", "kod produktu"),
        *("kod artykułu", "nr artykułu", "numer artykułu", "nr katalogowy", "numer katalogowy"),
        *("артикул товару", "артикул постачальника", "код товару", "код виробу"),
        *("part", "p n", "cat no", "product ref", "item ref", "style no", "artikelnr", "mat nr"),
        *("materialnr", "teilenr", "ident nr", "identnummer", "арт", "код 1с", "код артикула"),
        *("каталожный №", "номер по каталогу", "№ по каталогу", "арт №", "парт номер", "партномер"),
        "код арт",
        *("code art", "réf produit", "réf art", "n° art", "code interne", "référence interne"),
        *("código art", "cód art", "ref artículo", "código interno", "n° de artículo"),
        *("nr kat", "indeks handlowy", "indeks produktu", "numer produktu", "kod katalogowy"),
        *("каталожний номер", "номер за каталогом", "код номенклатури", "код продукту"),
        *("bestelnummer", "bestelnr", "bestelcode", "artikelkod", "varunummer", "varunr"),
        *("varenummer", "varenr"),
        *("varukod", "kod zboží", "katalogové číslo", "kat číslo", "kat č", "obj číslo", "obj č"),
        *("objednací číslo", "objednací kód", "číslo zboží", "číslo artiklu", "číslo položky"),
        *("číslo výrobku", "kod výrobku", "codice articolo", "cod articolo", "codice prodotto"),
        *("cod prodotto", "codice art", "codice interno", "cod produs", "cod articol"),
        *("codul produsului", "nr articol", "cod catalog", "referință", "ürün kodu", "stok kodu"),
        *("malzeme kodu", "parça kodu", "sipariş kodu", "ürün no", "stok no", "malzeme no"),
        *("parça no", "код на артикула", "код на продукта", "код на стоката", "каталожен номер"),
        *("кат номер", "кат №", "артикулен номер", "код артикул", "código do artigo"),
        *("código do produto", "cód produto", "referência", "referência do produto"),
        "ref artigo",
    ),
    (
        *("code", "ref", "reference", "model number", "model no"),
        *("order code", "order no", "order number", "clave"),
        *("код", "кодовый номер", "código", "cód", "kod"),
        *("codice", "rif", "označení"),
        *PLU_WORDS,
        *("номенклатурный номер", "ном номер", "номенклатурний номер"),
    ),
    # Headers such as `NB SKU`, with the name of the supplier.
    (),
    MPN_WORDS,
    (
        *("id", "uid", "unique id", "uuid", "ид", "identifier", "external id"),
        *("product id", "item id", "article id", "artikel id", "produkt id", "id товара"),
    ),
    (
        *GTIN_WORDS,
        *("article", "item", "artikel", "artículo", "artykuł"),
        *("articolo", "artigo", "articol"),
    ),
)

NAMED_SKU_RANK = SKU_WORDS.index(())
ID_SKU_RANK = SKU_WORDS.index(MPN_WORDS) + 1
# Before `SKU`: no code of the supplier's articles.
OTHER_SKU_WORDS = frozenset(("parent", "group", "variant", "old", "alt", "alternative", "customer"))

NAME_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *("name", "title", "product name", "product title", "item name", "item title"),
        *("article name", "item description", "product description", "goods", "name of goods"),
        *("bezeichnung", "artikelbezeichnung", "produktbezeichnung", "artikelname", "produktname"),
        *("benennung", "artikelbeschreibung", "warenbezeichnung"),
        *("наименование", "название", "наименование товара", "название товара", "номенклатура"),
        *("наименование продукции", "наименование изделия", "наименование товаров"),
        *("désignation", "libellé", "nom", "nom du produit", "nom de l'article", "intitulé"),
        *("désignation article", "libellé article", "libellé produit", "nom produit"),
        *("nombre", "nombre del producto", "nombre producto", "nombre del artículo"),
        "denominación",
        *("nazwa", "nazwa towaru", "nazwa produktu", "nazwa artykułu"),
        *(
            "назва",
            "назва товару",
            "назва позиції",
            "найменування",
            "найменування товару",
            "номенклатура товару",
        ),
        *("artikeltext", "kurztext", "artikelbez", "bez", "bezeichnung 1", "artikelbezeichnung 1"),
        *("наименование номенклатуры", "полное наименование", "наименование позиции"),
        *("товары", "найменування продукції", "назва продукту", "повна назва", "nazwa asortymentu"),
        *("designation", "nombre de producto", "descripción del artículo", "descripción artículo"),
        *("benämning", "artikelbenämning", "varubenämning", "produktnamn", "artikelnamn"),
        *("varetekst", "varebetegnelse", "varebeskrivelse", "produktnavn"),
        *("varunamn", "namn", "omschrijving", "artikelomschrijving", "productomschrijving"),
        *("productnaam", "artikelnaam", "naam", "benaming", "název", "název zboží"),
        *("název produktu", "název výrobku", "název položky", "denominazione", "nome"),
        *("nome prodotto", "descrizione articolo", "descrizione prodotto", "denumire"),
        *("denumirea", "denumire produs", "denumirea produsului", "denumire articol"),
        *("nume produs", "nume", "adı", "ürün adı", "malzeme adı", "stok adı", "ürün açıklaması"),
        *("malzeme açıklaması", "stok açıklaması", "ürün tanımı", "ürün ismi", "име"),
        *("име на продукта", "име на артикула", "наименование на продукта"),
        *("наименование на стоката", "nome do produto", "designação", "descrição do artigo"),
        *("descrição do produto", "denominação"),
    ),
    (
        *("product", "item", "article", "artikel", "produkt", "ware", "товар", "продукт"),
        *("изделие", "produit", "producto", "artículo", "towar", "artykuł", "виріб"),
        *("позиция", "позиція", "asortyment", "concepto", "ассортимент"),
        *("vara", "zboží", "výrobek", "označení", "prodotto", "articolo", "produs", "articol"),
        *("ürün", "malzeme", "стока", "артикул", "produto", "artigo"),
    ),
    (
        *("description", "short description", "beschreibung", "kurzbeschreibung", "text"),
        "описание",
        *("descriptif", "descripción", "opis", "опис"),
        *("beskrivning", "varubeskrivning", "beschrijving", "popis", "descrizione", "descriere"),
        *("açıklama", "descrição"),
    ),
    ("model", "modell", "модель", "modèle", "modelo", "modello"),
)

CATEGORY_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *("category", "product category", "category name", "product group", "kategorie"),
        *("warengruppe", "produktgruppe", "artikelgruppe", "категория", "категория товара"),
        *("товарная группа", "группа товаров", "группа товара", "catégorie", "categoría"),
        *("kategoria", "grupa towarowa", "категорія", "категорія товару", "товарна група"),
        *("kategori", "varugrupp", "categorie", "productgroep", "artikelgroep", "skupina zboží"),
        *("gruppo merceologico", "ürün grubu", "група стоки"),
    ),
    (
        *("categories", "group", "section", "department", "gruppe", "hauptgruppe", "группа"),
        "раздел",
        *("famille", "rubrique", "groupe", "familia", "grupo", "sección", "grupa", "група"),
        *("groep", "skupina", "gruppo", "famiglia", "grupă", "família"),
        "розділ",
    ),
)

CURRENCY_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *(
            "currency",
            "currency code",
            "währung",
            "waehrung",
            "валюта",
            "devise",
            "moneda",
            "waluta",
        ),
        *("valuta", "měna", "moeda", "para birimi", "döviz", "döviz cinsi"),
    ),
    ("curr", "monnaie", "divisa"),
    (
        *("cur", "ccy", "whg", "wrg", "währg", "вал", "wal", "currency iso", "iso currency", "döv"),
        *("dvz", "pb", "munt"),
    ),
)

FIELD_WORDS: dict[Field, tuple[tuple[str, ...], ...]] = {
    "sku": SKU_WORDS,
    "name": NAME_WORDS,
    "price": PRICE_WORDS,
    "category": CATEGORY_WORDS,
    "currency": CURRENCY_WORDS,
    "list_price": LIST_PRICE_WORDS,
    "next_price": (),
    "valid_from": VALID_FROM_WORDS,
    "valid_until": (),
    "price_quantity": PRICE_QUANTITY_WORDS,
    "unit": UNIT_WORDS,
    "pack_size": PACK_SIZE_WORDS,
    "min_order_quantity": MIN_ORDER_QUANTITY_WORDS,
    "discount": (*DISCOUNT_WORDS, MULTIPLIER_WORDS, FACTOR_WORDS),
    "second_discount": (),
    "third_discount": (),
    "discount_group": (*DISCOUNT_GROUP_WORDS, PRICE_GROUP_WORDS),
    "surcharge": (),
    "deposit": (),
    "pack_price": (),
    "vat_rate": VAT_RATE_WORDS,
    "gtin": (GTIN_WORDS,),
    "mpn": (MPN_WORDS,),
    "brand": BRAND_WORDS,
    "stock": STOCK_WORDS,
    "lead_time": LEAD_TIME_WORDS,
}

# Allowed beside a price without changing it. No single letters that are units: `50 c` are cents.
TAX_WORDS = frozenset(
    (
        *("net", "netto", "gross", "brutto", "incl", "inc", "including", "inclusive", "excl", "ex"),
        *("excluding", "exclusive", "exc", "plus", "vat", "tax", "taxes", "gst"),
        *(
            "inkl",
            "inklusive",
            "exkl",
            "exklusive",
            "ekskl",
            "eksklusive",
            "zzgl",
            "zuzüglich",
            "mwst",
            "ust",
            "mit",
        ),
        "ohne",
        *("с", "без", "ндс", "в", "вкл", "включая", "нетто", "брутто", "учетом", "учётом"),
        *("htva", "tvac", "más", "плюс"),
        *("ht", "ttc", "hors", "taxe", "tva", "iva", "incluido", "sin", "con"),
        *("z", "bez", "пдв", "з", "урахуванням", "ptu", "neto", "bruto", "podatku"),
        *("moms", "btw", "dph", "kdv", "ддс", "inclusief", "exclusief", "včetně", "vč", "esclusa"),
        *("escluso", "inclusa", "incluso", "compresa", "hariç", "dahil", "fără", "utan", "sem"),
    )
)

# Allowed in the header of a piece price; with the letters of `H.T.`, `в т.ч.`.
PIECE_UNIT_WORDS = frozenset(
    (
        *("in", "per", "pro", "je", "each", "unit", "piece", "pc", "pcs", "ea", "stück", "stueck"),
        *("stk", "st", "einheit", "за", "шт", "штуку", "ед", "единицу", "в", "у", "од", "одиницу"),
        *("par", "unitaire", "unité", "pièce", "u", "en", "por", "unidad", "unitario", "ud"),
        *("za", "sztukę", "szt", "jm", "jednostkowa", "w", "h", "t", "c", "т", "ч", "us"),
        *("jedn", "s", "und", "uds", "pza", "pce", "штука", "единица", "одиниця", "одн"),
        *("styck", "stuk", "stuks", "eenheid", "ks", "kus", "pezzo", "pz", "cad", "unità", "buc"),
        *("bucată", "bucata", "unitar", "adet", "birim", "brm", "бр", "брой", "unidade", "enhet"),
    )
)

TOTAL_WORDS = frozenset(
    (
        *("total", "subtotal", "sum", "grand", "summe", "gesamt", "gesamtsumme", "zwischensumme"),
        *("endsumme", "итого", "всего", "итог", "сумма", "totaux", "totales", "suma", "razem"),
        *("ogółem", "łącznie", "całkowita", "разом", "усього", "всього", "підсумок"),
        *("summa", "totalt", "totaal", "subtotaal", "celkem", "součet", "totale", "subtotale"),
        *("toplam", "ara", "genel", "общо", "сума", "somma", "somme", "ialt", "yhteensä"),
        *("összesen", "spolu", "ukupno", "skupaj", "kokku", "kopā", "viso", "σύνολο"),
    )
)
# In a column of codes, these are words for totals by themselves: no code is `Total`.
SUM_WORDS = TOTAL_WORDS - {"grand", "sum", "ara", "genel", "viso", "spolu", "kokku"}
# In the name beside a code such as `Total`: no article is named so.
TOTAL_LABEL_WORDS = frozenset(
    (
        *("all", "alle", "alles", "everything", "articles", "article", "items", "positions"),
        *("artikel", "positionen", "tous", "tout", "todo", "todos", "tutti", "tutto", "все", "всё"),
        *("позиций", "позиции", "товаров", "wszystko", "wszystkie", "pozycji", "všechno", "vše"),
        *("položek", "tümü", "hepsi", "alt", "allt", "varer", "list", "liste", "der", "die", "of"),
        *("order", "bestellung", "amount", "betrag", "sum", "alles", "artículos", "articoli"),
    )
)
