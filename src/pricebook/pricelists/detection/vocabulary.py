"""Header words in English, German, Russian, French, Spanish, Polish and Ukrainian. Pure data.

Headers are compared without case, accents, punctuation and spaces, so `Art.-Nr.`, `art nr` and
`ArtNr` are equal. The words of a field are grouped by rank, best first: a lower rank is used only
if no column has a header of a better one.
"""

from pricebook.pricelists.schemas import Field

_CODE_NOUNS = (
    *("article", "item", "product", "part", "material", "stock", "catalog", "catalogue"),
    *("artikel", "produkt", "teile", "bestell", "katalog", "art"),
)
_CODE_WORD = ("code", "no", "nr", "num", "number", "nummer", "sku", "ref", "reference")

MPN_WORDS: tuple[str, ...] = (
    *("mpn", "manufacturer part number", "manufacturer part no", "manufacturer number"),
    *("manufacturer no", "manufacturer code", "manufacturer sku", "manufacturer ref"),
    *("mfr part no", "mfr part number", "mfr part", "mfr no", "mfg part no", "mfg part number"),
    *("mfg no", "mfr code", "mfr sku", "maker's no", "maker part no"),
    *("herstellernummer", "hersteller nr", "herstellerartikelnummer", "hersteller artikelnummer"),
    *("hersteller art nr", "herst nr", "herst art nr", "herstellerteilenummer", "han"),
    *("код производителя", "артикул производителя", "номер производителя", "код изготовителя"),
    *("référence fabricant", "réf fabricant", "code fabricant", "référence constructeur"),
    *("referencia fabricante", "ref fabricante", "código fabricante", "referencia del fabricante"),
    *("kod producenta", "numer producenta", "nr producenta", "symbol producenta"),
    *("код виробника", "артикул виробника", "номер виробника"),
)

GTIN_WORDS: tuple[str, ...] = (
    *("ean", "ean 13", "ean code", "ean no", "ean nr", "ean nummer", "gtin", "gtin 13", "upc"),
    *("upc code", "barcode", "bar code", "strichcode", "код ean", "ean код"),
    *("штрихкод", "штрих код", "штрихкод товара", "штрих код товара", "code barre", "code barres"),
    *("gencod", "gencode", "código de barras", "código ean", "cód barras", "kod kreskowy"),
    *("kod ean", "штрихкод товару", "штрих код товару"),
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
    ),
    (
        *("code", "ref", "reference", "model number", "model no"),
        *("order code", "order no", "order number", "clave"),
        *("код", "кодовый номер", "código", "cód", "kod"),
        *("номенклатурный номер", "ном номер", "номенклатурний номер"),
    ),
    MPN_WORDS,
    (
        *("id", "uid", "unique id", "uuid", "ид", "identifier", "external id"),
        *("product id", "item id", "article id", "artikel id", "produkt id", "id товара"),
    ),
    (
        *GTIN_WORDS,
        *("article", "item", "artikel", "artículo", "artykuł"),
    ),
)

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
    ),
    (
        *("product", "item", "article", "artikel", "produkt", "ware", "товар", "продукт"),
        *("изделие", "produit", "producto", "artículo", "towar", "artykuł", "виріб"),
        *("позиция", "позиція", "asortyment", "concepto", "ассортимент"),
    ),
    (
        *("description", "short description", "beschreibung", "kurzbeschreibung", "text"),
        "описание",
        *("descriptif", "descripción", "opis", "опис"),
    ),
    ("model", "modell", "модель", "modèle", "modelo"),
)

PRICE_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *("price", "prices", "pricing", "unit price", "our price", "your price", "selling price"),
        "sales price",
        *("sale price", "special price", "regular price", "base price", "dealer price"),
        *("wholesale", "wholesale price", "retail", "retail price", "purchase price", "cost price"),
        "ihr preis",
        *("buying price", "netprice", "grossprice", "trade price", "current price"),
        *("preis", "preise", "nettopreis", "bruttopreis", "einzelpreis", "stückpreis"),
        "artikelpreis",
        *("einkaufspreis", "verkaufspreis", "händlerpreis", "ek", "vk", "ek preis", "vk preis"),
        *("sonderpreis", "einheitspreis", "großhandelspreis"),
        *("endkundenpreis", "ladenpreis"),
        *("цена", "цены", "оптовая цена", "цена оптовая", "цена опт", "опт", "розничная цена"),
        *("цена розничная", "цена розница", "розница", "закупочная цена", "цена закупки"),
        *("отпускная цена", "цена отпускная", "цена дилера", "дилерская цена", "цена продажи"),
        *("цена со скидкой", "price after discount", "discounted price", "net dealer price"),
        *("votre prix", "su precio", "precio con descuento", "cena po rabacie", "net cost"),
        *("ціна зі знижкою", "prix net", "precio neto", "dealer net"),
        *("ваша цена", "цена за 1 шт", "мелкий опт", "крупный опт"),
        *("prix", "prix d'achat", "prix de vente", "prix public", "prix de gros", "prix de détail"),
        *("precio", "precio de venta", "precio de compra", "precio mayorista", "precio minorista"),
        *("precio al por mayor", "pvp", "precio coste", "precio de coste"),
        *("cena", "cena hurtowa", "cena detaliczna", "cena zakupu", "cena sprzedaży", "hurt"),
        "detal",
        *("ціна", "оптова ціна", "ціна опт", "ціна оптова", "роздрібна ціна", "ціна роздрібна"),
        *("закупівельна ціна", "ціна закупівлі", "відпускна ціна", "ваша ціна"),
        *("dealer", "customer price", "ek netto", "netto vk", "netto ek"),
        *("hek", "nek", "e preis", "ep", "ihr ek", "ihr nettopreis", "abgabepreis", "aktionspreis"),
        *("опт цена", "розн цена", "цена розн", "цена дилер", "дилер", "дилерская", "закупка"),
        *("закуп", "базовая цена", "спеццена", "специальная цена", "цена со скидкой", "оптовая"),
        *("розничная", "мелкооптовая цена", "крупнооптовая цена", "цена реализации", "цена прайс"),
        *("pu ht", "pu ttc", "pv", "pv ht", "pa", "pa ht", "prix unit", "prix achat"),
        *("prix vente", "prix remisé", "prix spécial", "p unit", "p unitario", "precio oferta"),
        *("precios", "ceny", "ціни", "precio especial", "precio distribuidor", "precio cliente"),
        *("pvd", "cena hurt"),
        *("cena detal", "cena promocyjna", "cena specjalna", "cena dla ciebie", "cena klienta"),
        *("ціна роздріб", "ціна гурт", "гуртова ціна", "дилерська ціна", "базова ціна", "роздріб"),
    ),
    (
        *("cost", "rate", "стоимость", "вартість", "tarif", "coût", "tarifa", "coste", "kosten"),
        *("koszt", "прайс", "net", "gross", "netto", "brutto"),
    ),
)

# Prices of another quantity than a piece come between the second and the third rank.
LIST_PRICE_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *("rrp", "msrp", "srp", "mrp", "list price", "catalog price", "catalogue price"),
        *("suggested price", "recommended retail price", "recommended price", "list"),
        *("suggested retail price", "retail list price", "manufacturer's suggested retail price"),
        *("uvp", "listenpreis", "katalogpreis", "unverbindliche preisempfehlung", "empf vk"),
        *("preisempfehlung", "uvpe", "uvp preis", "brutto listenpreis", "bruttolistenpreis"),
        *("ррц", "мрц", "рекомендованная цена", "рекомендуемая цена", "каталожная цена"),
        *("рекомендованная розничная цена", "рекомендуемая розничная цена", "цена по каталогу"),
        *("рекоменд цена", "рек розничная цена", "рек цена", "рекомендованная розница"),
        *("prix catalogue", "prix conseillé", "prix tarif", "prix public conseillé", "ppc"),
        *("prix de vente conseillé", "pvc", "prix de liste", "prix liste"),
        *("precio de catálogo", "precio tarifa", "precio recomendado", "pvp recomendado", "pvpr"),
        *("precio de lista", "precio lista", "precio catálogo"),
        *("cena katalogowa", "cena sugerowana", "sugerowana cena detaliczna", "cena cennikowa"),
        *("cena katalog", "cena kat", "рекомендована ціна", "рекомендована роздрібна ціна"),
        *("рекомендована роздріб", "каталожна ціна", "ціна за каталогом"),
    ),
)

CATEGORY_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *("category", "product category", "category name", "product group", "kategorie"),
        *("warengruppe", "produktgruppe", "artikelgruppe", "категория", "категория товара"),
        *("товарная группа", "группа товаров", "группа товара", "catégorie", "categoría"),
        *("kategoria", "grupa towarowa", "категорія", "категорія товару", "товарна група"),
    ),
    (
        *("categories", "group", "section", "department", "gruppe", "hauptgruppe", "группа"),
        "раздел",
        *("famille", "rubrique", "groupe", "familia", "grupo", "sección", "grupa", "група"),
        "розділ",
    ),
)

CURRENCY_WORDS: tuple[tuple[str, ...], ...] = (
    ("currency", "currency code", "währung", "waehrung", "валюта", "devise", "moneda", "waluta"),
    ("curr", "monnaie", "divisa"),
    ("cur", "ccy", "whg", "wrg", "währg", "вал", "wal", "currency iso", "iso currency"),
)

VALID_FROM_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *("valid from", "price valid from", "valid since", "effective date", "effective from"),
        *("price effective date", "valid from date", "start date", "price date from"),
        *("gültig ab", "preis gültig ab", "gültig von", "preisgültig ab", "gültigkeit ab"),
        *("действует с", "цена действует с", "действительна с", "дата начала действия"),
        *("дата вступления в силу", "valable à partir du", "date d'effet", "date d'application"),
        *("valable du", "applicable au", "válido desde", "vigente desde", "fecha de vigencia"),
        *("ważna od", "ważne od", "cena ważna od", "obowiązuje od", "data obowiązywania"),
        *("діє з", "ціна діє з", "дійсний з", "дійсна з", "дата початку дії"),
    ),
)

PRICE_QUANTITY_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *("price quantity", "price qty", "pricing quantity", "price unit qty", "price per qty"),
        *("price basis", "pricing unit", "price unit", "price per", "qty per price", "priced per"),
        *("pe", "preiseinheit", "preis einheit", "preismenge", "preisbasis", "preis je"),
        *("preis pro", "preis per", "preis pe", "pr einh", "preiseinh", "menge je preis"),
        *("единица цены", "ценовая единица", "цена за", "количество в цене", "кол во в цене"),
        *("кратность цены", "unité de prix", "base de prix", "prix par", "prix pour", "unité prix"),
        *("quantité de prix", "unidad de precio", "base de precio", "precio por", "precio x"),
        *("jednostka ceny", "ilość w cenie", "cena za", "podstawa ceny", "jedn ceny"),
        *("одиниця ціни", "ціна за", "кількість у ціні", "кратність ціни"),
    ),
    ("per", "pro", "je", "за", "par", "por", "za"),
)

UNIT_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *("unit", "uom", "u m", "unit of measure", "unit of measurement", "sales unit", "units"),
        *("selling unit", "sale unit", "base unit", "order unit", "unit code", "base uom"),
        *("sales uom", "measure", "einheit", "mengeneinheit", "me", "maßeinheit", "basiseinheit"),
        *("bestelleinheit", "verkaufseinheit", "vke", "bme", "mengeneinh", "me einheit"),
        *("ед", "ед изм", "единица", "единица измерения", "ед измерения", "еи", "единицы"),
        *("базовая единица", "ед хранения", "изм", "ед из", "unité", "unité de mesure", "udm"),
        *("unité de vente", "uv", "unité de base", "unités", "unidad", "unidad de medida", "ud"),
        *("unidad medida", "unidad de venta", "u medida", "jm", "j m", "jednostka", "jedn"),
        *("jednostka miary", "jedn miary", "jedn m", "од", "од вим", "одиниця", "од виміру"),
        *("одиниця виміру", "одиниця вимірювання", "один вим"),
    ),
    (
        "pk",
        "pu",
        "ve",
        "pack unit",
        "packaging",
        "упаковка",
        "упак",
        "opak",
        "opakowanie",
        "пакування",
    ),
)

PACK_SIZE_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *("pack size", "pack", "pack qty", "pack quantity", "packing", "packing unit", "package"),
        *("packaging unit", "package size", "package qty", "pkg", "pkg qty", "pkg size", "pk"),
        *("units per pack", "pcs per pack", "pieces per pack", "qty per pack", "pcs pack", "pu"),
        *("box qty", "pcs box", "pcs per box", "case qty", "case pack", "case size", "carton qty"),
        *("pcs ctn", "pcs carton", "qty per carton", "pk size", "pk qty", "std pack", "spq"),
        *("standard pack", "ve", "vpe", "verpackungseinheit", "packungsgröße"),
        *("verp einheit", "verp einh", "verpackung", "packung", "gebinde", "gebindegröße"),
        *("verpackungsmenge", "packungsinhalt", "stk vpe", "stück vpe", "stück pro vpe", "vpe stk"),
        *("stück je packung", "inhalt pro packung", "упаковка", "упак", "уп", "в упаковке"),
        *("кол во в упаковке", "количество в упаковке", "кол во в упак", "кол во в уп", "фасовка"),
        *("шт в упаковке", "шт в уп", "шт уп", "шт упак", "норма упаковки"),
        *("кратность упаковки", "размер упаковки", "kasteninhalt", "kartoninhalt", "packinhalt"),
        *(
            "stück karton",
            "stk karton",
            "stk pack",
            "stück ve",
            "stk ve",
            "inhalt ve",
            "inhalt vpe",
        ),
        *("colisage", "conditionnement", "cdt", "cond", "pcb", "quantité par colis", "emballage"),
        *("unité d'emballage", "qté par colis", "qté par carton", "embalaje", "envase"),
        *("uds caja", "unidades por caja", "ud caja", "u caja", "unidad de embalaje", "uds envase"),
        *("cantidad por caja", "unidades caja", "contenido", "opakowanie", "opak", "op"),
        *("ilość w opakowaniu", "szt w opakowaniu", "szt opak", "szt op", "ilość w opak"),
        *("jednostka opakowania", "пакування", "в упаковці", "кількість в упаковці"),
        *("шт в упаковці", "к сть в упаковці", "фасування", "розмір упаковки"),
    ),
    ("u m", "me"),
)

MIN_ORDER_QUANTITY_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *("moq", "min order", "min order qty", "minimum order", "minimum order quantity"),
        *("min qty", "minimum qty", "minimum quantity", "min quantity", "min order quantity"),
        *("mindestmenge", "mindestbestellmenge", "mindestabnahme", "min bestellmenge", "mbm"),
        *("mindestabnahmemenge", "mindest menge", "mindestbestell menge", "min menge"),
        *("минимальный заказ", "мин заказ", "мин партия", "минимальная партия", "мин кол во"),
        *("минимальное количество", "мин отгрузка", "минимальная отгрузка", "мин количество"),
        *("минимальная партия заказа", "quantité minimum", "qté mini", "qté min", "qté minimum"),
        *("minimum de commande", "quantité minimale", "quantité minimale de commande"),
        *("cantidad mínima", "pedido mínimo", "cant mínima", "cantidad mínima de pedido"),
        *("minimalna ilość", "min ilość", "minimalne zamówienie", "min zamówienie"),
        *("minimum logistyczne", "minimalna ilość zamówienia", "мін замовлення"),
        *("мінімальне замовлення", "мінімальна кількість", "мін партія", "мінімальна партія"),
    ),
    (
        *("order multiple", "multiple", "кратность", "кратность отгрузки", "кратность заказа"),
        *("кратність", "кратність замовлення", "bestellvielfaches", "multiple de commande"),
    ),
)

DISCOUNT_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *("discount", "disc", "discount rate", "discount percent", "your discount", "rebate"),
        *("dealer discount", "trade discount", "customer discount", "rabatt", "rabatt in"),
        *("ihr rabatt", "händlerrabatt", "kundenrabatt", "rabattsatz", "nachlass", "rab"),
        *("grundrabatt", "скидка", "ваша скидка", "размер скидки", "скидка в", "скид"),
        *("процент скидки", "дилерская скидка", "remise", "votre remise", "taux de remise"),
        *("rabais", "rem", "remise client", "descuento", "dto", "dcto", "su descuento"),
        *("descuento cliente", "rabat", "upust", "zniżka", "twój rabat", "rabat klienta"),
        *("знижка", "ваша знижка", "розмір знижки", "відсоток знижки"),
    ),
)

DISCOUNT_GROUP_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *("discount group", "discount code", "disc group", "disc code", "discount class", "dg"),
        *("discount category", "rebate group", "rabattgruppe", "rg", "rabattcode", "rabattklasse"),
        *("rabattgr", "rab gr", "rabgr", "rab gruppe", "rabattkennzeichen", "rabattschlüssel"),
        *("konditionsgruppe", "группа скидок", "группа скидки", "скидочная группа", "код скидки"),
        *("категория скидки", "groupe de remise", "code remise", "famille de remise"),
        *("classe de remise", "groupe remise", "famille remise", "grupo de descuento"),
        *("grupo descuento", "familia de descuento", "código de descuento", "grupo dto"),
        *("grupa rabatowa", "kod rabatu", "gr rabatowa", "grupa rabatu", "група знижок"),
        *("група знижки", "код знижки", "категорія знижки"),
    ),
)

VAT_RATE_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *("vat", "vat rate", "tax", "tax rate", "vat percent", "gst", "gst rate", "vat code"),
        *("mwst", "mwst satz", "ust", "ust satz", "steuersatz", "steuer", "mehrwertsteuer"),
        *("ндс", "ставка ндс", "размер ндс", "tva", "taux tva", "taux de tva", "iva", "tipo iva"),
        *("tipo de iva", "stawka vat", "stawka podatku", "podatek vat", "пдв", "ставка пдв"),
    ),
)

BRAND_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *("brand", "brand name", "make", "marke", "markenname", "бренд", "торговая марка", "тм"),
        *("marque", "marca", "marka", "торгова марка", "фирма"),
    ),
    (
        *("manufacturer", "mfr", "mfg", "producer", "manufacturer name", "hersteller", "fabrikat"),
        *("herstellername", "производитель", "изготовитель", "марка", "fabricant", "fabricante"),
        *("constructeur", "producent", "виробник"),
    ),
)

STOCK_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *("stock", "in stock", "stock qty", "stock quantity", "qty in stock", "stock level"),
        *("quantity in stock", "on hand", "qty on hand", "inventory", "available qty"),
        *("available quantity", "available stock", "bestand", "lagerbestand", "lagermenge"),
        *("verfügbare menge", "verfügbarer bestand", "auf lager", "остаток", "остатки"),
        *("свободный остаток", "остаток на складе", "в наличии", "наличие на складе"),
        *("en stock", "stock disponible", "quantité en stock", "existencias", "stan"),
        *("stan magazynowy", "stany magazynowe", "na stanie", "залишок", "залишки"),
        *("залишок на складі", "в наявності"),
    ),
    (
        *("available", "availability", "lager", "verfügbar", "verfügbarkeit", "наличие", "склад"),
        *("disponibilité", "disponible", "dispo", "disponibilidad", "dostępność", "наявність"),
    ),
)

LEAD_TIME_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *("lead time", "lead time days", "leadtime", "delivery time", "delivery days", "lt days"),
        *("lieferzeit", "lieferfrist", "lieferzeit tage", "lieferzeit in tagen", "срок поставки"),
        *("wiederbeschaffungszeit", "срок доставки", "срок поставки дней", "дней поставки"),
        *("délai", "délai de livraison", "délai livraison", "plazo de entrega", "plazo entrega"),
        *("czas dostawy", "termin dostawy", "czas realizacji", "термін поставки"),
        *("термін доставки", "строк поставки"),
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
    "price_quantity": PRICE_QUANTITY_WORDS,
    "unit": UNIT_WORDS,
    "pack_size": PACK_SIZE_WORDS,
    "min_order_quantity": MIN_ORDER_QUANTITY_WORDS,
    "discount": DISCOUNT_WORDS,
    "discount_group": DISCOUNT_GROUP_WORDS,
    "vat_rate": VAT_RATE_WORDS,
    "gtin": (GTIN_WORDS,),
    "mpn": (MPN_WORDS,),
    "brand": BRAND_WORDS,
    "stock": STOCK_WORDS,
    "lead_time": LEAD_TIME_WORDS,
}

# Ranks of price headers beside those of PRICE_WORDS.
OTHER_QUANTITY_RANK = len(PRICE_WORDS)
LIST_PRICE_RANK = OTHER_QUANTITY_RANK + 1
# `PU` is the unit price of French price lists and the packing unit of all others.
UNIT_PRICE_OR_PACK_WORDS = ("pu", "p u")
UNIT_PRICE_OR_PACK_RANK = LIST_PRICE_RANK + 1

# Allowed beside a price without changing it. No single letters that are units: `50 c` are cents.
TAX_WORDS = frozenset(
    (
        *("net", "netto", "gross", "brutto", "incl", "inc", "including", "inclusive", "excl", "ex"),
        *("excluding", "exclusive", "exc", "plus", "vat", "tax", "taxes", "gst"),
        *("inkl", "inklusive", "exkl", "exklusive", "zzgl", "zuzüglich", "mwst", "ust", "mit"),
        "ohne",
        *("с", "без", "ндс", "в", "вкл", "включая", "нетто", "брутто", "учетом", "учётом"),
        *("ht", "ttc", "hors", "taxe", "tva", "iva", "incluido", "sin", "con"),
        *("z", "bez", "пдв", "з", "урахуванням", "ptu", "neto", "bruto", "podatku"),
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
    )
)

TOTAL_WORDS = frozenset(
    (
        *("total", "subtotal", "sum", "grand", "summe", "gesamt", "gesamtsumme", "zwischensumme"),
        *("endsumme", "итого", "всего", "итог", "сумма", "totaux", "totales", "suma", "razem"),
        *("ogółem", "łącznie", "całkowita", "разом", "усього", "всього", "підсумок"),
    )
)

# Of a price that holds from a day on.
NEXT_PRICE_WORDS = frozenset(
    (
        *("new", "next", "from", "as", "of", "effective", "valid", "starting", "since", "future"),
        *("neu", "neue", "neuer", "neuen", "ab", "vom", "gültig", "künftig", "künftiger"),
        *("новая", "новые", "с", "со", "от", "действует", "действительна", "будущая", "г"),
        *("nouveau", "nouveaux", "à", "partir", "du", "dès", "le", "au", "valable", "er"),
        *("nuevo", "nuevos", "desde", "de", "del", "el", "válido", "nowa", "nowe", "od", "ważna"),
        *("ważne", "dnia", "нова", "нові", "з", "від", "діє", "дійсна", "року", "r", "р"),
    )
)

MONTH_WORDS = frozenset(
    (
        *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
        *("october", "november", "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug"),
        *("sep", "sept", "oct", "nov", "dec", "januar", "februar", "märz", "mai", "juni", "juli"),
        *("oktober", "dezember", "okt", "dez", "января", "февраля", "марта", "апреля", "мая"),
        *("июня", "июля", "августа", "сентября", "октября", "ноября", "декабря", "janvier"),
        *("février", "mars", "avril", "juin", "juillet", "août", "septembre", "octobre"),
        *("novembre", "décembre", "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio"),
        *("agosto", "septiembre", "octubre", "noviembre", "diciembre", "stycznia", "lutego"),
        *("marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września"),
        *("października", "listopada", "grudnia", "січня", "лютого", "березня", "квітня"),
        *("травня", "червня", "липня", "серпня", "вересня", "жовтня", "листопада", "грудня"),
    )
)

# Whom a price is for: with such words, several columns of prices are a choice.
CUSTOMER_WORDS = frozenset(
    (
        *("wholesale", "retail", "dealer", "dealers", "partner", "partners", "distributor"),
        *("distributors", "reseller", "resellers", "trade", "vip", "gold", "silver", "platinum"),
        *("b2b", "b2c", "oem", "srp", "msrp", "rrp", "mrp", "ddp", "exw", "fob", "cif", "fca"),
        *("dap", "händler", "fachhandel", "großhandel", "endkunde", "wiederverkäufer", "опт"),
        *("опта", "оптовая", "крупный", "мелкий", "розница", "розничная", "розн", "дилер"),
        *("дилерская", "дилеры", "партнер", "партнёр", "партнерская", "партнёрская", "спеццена"),
        *("revendeur", "revendeurs", "grossiste", "détaillant", "distributeur", "mayorista"),
        *("minorista", "distribuidor", "hurt", "hurtowa", "detal", "detaliczna", "partnerska"),
        *("гурт", "гуртова", "роздріб", "роздрібна", "дилерська", "партнерська", "оптова"),
    )
)

# A price from which the supplier has already taken the discounts.
DISCOUNTED_PRICE_WORDS = frozenset(
    (
        *("your price", "special price", "discounted price", "price after discount", "sale price"),
        *("customer price", "ihr preis", "ihr ek", "ihr nettopreis", "aktionspreis"),
        *("sonderpreis", "цена со скидкой", "ваша цена", "спеццена", "специальная цена"),
        *("prix remisé", "prix spécial", "votre prix", "precio oferta", "precio especial"),
        *("precio con descuento", "su precio", "cena dla ciebie", "cena promocyjna"),
        *("cena specjalna", "cena po rabacie", "ваша ціна", "ціна зі знижкою"),
    )
)
# Net of taxes or net of discounts: beside a discount that is in doubt.
NET_PRICE_WORDS = frozenset(
    (
        *("net price", "net", "net cost", "netprice", "nettopreis", "netto", "netto ek"),
        *("ek netto", "nek", "prix net", "precio neto", "neto", "dealer net", "net dealer price"),
    )
)
