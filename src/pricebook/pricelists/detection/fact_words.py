"""Header words of fields beside code, name, price, category and currency. Pure data.

All words are compared like those of `vocabulary`.
"""

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
