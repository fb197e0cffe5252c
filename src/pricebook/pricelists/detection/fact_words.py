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
    *("artikelnummer fabrikant", "fabrikantcode", "kód výrobce", "číslo výrobce"),
    *("codice produttore", "cod produttore", "cod producător", "üretici kodu"),
    *("код на производителя", "código fabricante", "código do fabricante"),
    *("referência fabricante", "tillverkarens artikelnummer"),
)

GTIN_WORDS: tuple[str, ...] = (
    *("ean", "ean 13", "ean code", "ean no", "ean nr", "ean nummer", "gtin", "gtin 13", "upc"),
    *("upc code", "barcode", "bar code", "strichcode", "код ean", "ean код"),
    *("штрихкод", "штрих код", "штрихкод товара", "штрих код товара", "code barre", "code barres"),
    *("gencod", "gencode", "código de barras", "código ean", "cód barras", "kod kreskowy"),
    *("kod ean", "штрихкод товару", "штрих код товару"),
    *("ean upc", "upc ean", "ean gtin", "gtin ean", "streckkod", "ean kod", "streepjescode"),
    *("čárový kód", "codice a barre", "codice ean", "cod a barre", "cod de bare", "cod ean"),
    *("barkod", "barkod no", "баркод", "баркод ean"),
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
        *("giltig från", "gäller från", "pris gäller från", "geldig vanaf", "prijs geldig vanaf"),
        *("ingangsdatum", "platnost od", "platí od", "valido dal", "data decorrenza"),
        *("valabil din", "valabil de la", "валидна от", "валидно от", "в сила от"),
        *("válido a partir de", "em vigor desde"),
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
        *("prisenhet", "pris per", "prijseenheid", "prijs per", "cenová jednotka"),
        *("unità di prezzo", "prezzo per", "unitate de preț", "fiyat birimi", "ценова единица"),
        *("unidade de preço", "preço por"),
    ),
    ("per", "pro", "je", "за", "par", "por", "za"),
)

PACK_SIZE_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *("pack size", "pack", "pack qty", "pack quantity", "packing", "packing unit", "package"),
        *("sold as", "sold in"),
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
        *("förpackning", "förp", "förpackningsstorlek", "antal per förpackning", "antal förp"),
        *("st förp", "kolli", "antal kolli", "antal per kolli", "antal i kolli", "kollistorlek"),
        *("st kolli", "verpakking", "verpakkingseenheid", "verpakt per", "aantal per verpakking"),
        *("aantal per doos", "per doos", "stuks per doos", "inhoud doos", "balení"),
        *("inhoud colli", "colli inhoud", "stuks per colli", "aantal per colli", "per colli"),
        *("outer", "outer size", "outer qty", "outer quantity", "units per outer"),
        *("počet v balení", "množství v balení", "ks v balení", "ks bal", "ks karton"),
        *("confezione", "conf", "imballo", "pezzi per confezione", "pz conf", "pz per conf"),
        *("pz x conf", "pz x cartone", "pz cartone", "pezzi per cartone"),
        *("quantità per confezione", "ambalaj", "ambalare", "buc bax", "buc cutie", "buc pachet"),
        *("bucăți pe cutie", "bucăți bax", "koli", "koli içi", "koli adedi", "koli içi adet"),
        *("paket içi", "paket adedi", "kutu içi", "kutu adedi", "ambalaj miktarı", "опаковка"),
        *("бр в опаковка", "брой в опаковка", "бр опаковка", "кашон", "бр в кашон"),
        *("брой в кашон", "бр кашон", "embalagem", "quantidade por embalagem", "qtd embalagem"),
        *("unidades por caixa", "un caixa", "qtd caixa", "opak zb", "opakowanie zbiorcze"),
        "pack zb",
    ),
    ("u m", "me"),
)

# Beside these headers also those that have a word of both lists below and no other.
MIN_ORDER_QUANTITY_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *("moq", "mindestmenge", "mindestbestellmenge", "mindestabnahme", "mindestabnahmemenge"),
        *("mbm", "mindestlänge", "minimum logistyczne", "lotto minimo", "least quantity"),
    ),
    (
        *("order multiple", "multiple", "кратность", "кратность отгрузки", "кратность заказа"),
        *("кратність", "кратність замовлення", "bestellvielfaches", "multiple de commande"),
        *("mult", "order mult", "mult qty", "múltiplo", "multiplo", "veelvoud", "násobek"),
    ),
)
MINIMUM_WORDS = frozenset(
    (
        *("min", "minimum", "minimal", "mindest", "mini", "minimale", "минимальный", "минимальная"),
        *("least", "smallest", "lowest"),
        *("минимальное", "мин", "mínimo", "mínima", "minimalna", "minimalne", "мінімальне", "мін"),
        *("мінімальна", "minsta", "lägsta", "minimální", "minimo", "asgari", "минимална"),
        "минимално",
    )
)
ORDER_WORDS = frozenset(
    (
        *("order", "orders", "qty", "quantity", "menge", "bestellmenge", "bestell", "abnahme"),
        *("bestellung", "заказ", "заказа", "партия", "кол", "во", "количество", "отгрузка"),
        *("quantité", "qté", "commande", "de", "cantidad", "cant", "pedido", "ilość", "zamówienie"),
        *(
            "zamówienia",
            "замовлення",
            "кількість",
            "партія",
            "antal",
            "kvantitet",
            "orderkvantitet",
        ),
        *("afname", "aantal", "bestelhoeveelheid", "odběr", "množství", "objednávka", "ordine"),
        *("quantità", "q", "tà", "comandă", "cantitate", "sipariş", "miktar", "miktarı", "поръчка"),
        *("qtd", "quantidade", "encomenda", "pcs", "stk", "шт", "szt", "st"),
    )
)

# The number of pieces in a pack is named by these beside a word for the pack: `Pcs per case`.
COUNT_WORDS = frozenset(
    (
        *("pcs", "pieces", "units", "qty", "quantity", "count", "stk", "stück", "st", "anzahl"),
        *("menge", "inhalt", "шт", "кол", "во", "количество", "pièces", "unités", "qté", "uds"),
        *("quantité", "unidades", "cantidad", "szt", "ilość", "antal", "aantal", "stuks", "inhoud"),
        *("ks", "počet", "pz", "pezzi", "buc", "bucăți", "adet", "бр", "брой", "un", "qtd"),
    )
)
COUNTED_PER_WORDS = frozenset(
    ("per", "pro", "je", "par", "por", "in", "im", "i", "в", "w", "v", "x")
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
        *("er rabatt", "korting", "uw korting", "kortingspercentage", "sleva", "vaše sleva"),
        *("sconto", "sconti", "sconto cliente", "reducere", "iskonto", "isk", "iskonto oranı"),
        *("indirim", "отстъпка", "вашата отстъпка", "desconto", "seu desconto", "discounts"),
        *("rebates", "rabatte", "nachlässe", "скидки", "remises", "descuentos", "dtos", "dctos"),
        *("rabaty", "upusty", "знижки", "kortingen", "rabatter", "slevy", "reduceri", "descontos"),
        *("sconto base", "отстъпки"),
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
        *("rabattgrupp", "rabattkod", "kortingsgroep", "kortingscode", "slevová skupina"),
        *("rabatová skupina", "gruppo sconto", "classe sconto", "codice sconto"),
        *("grupă discount", "iskonto grubu", "indirim grubu", "отстъпкова група"),
        *("група отстъпка", "grupo de desconto", "famille tarifaire", "fam tarifaire"),
    ),
)

VAT_RATE_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *("vat", "vat rate", "tax", "tax rate", "vat percent", "gst", "gst rate", "vat code"),
        *("mwst", "mwst satz", "ust", "ust satz", "steuersatz", "steuer", "mehrwertsteuer"),
        *("ндс", "ставка ндс", "размер ндс", "tva", "taux tva", "taux de tva", "iva", "tipo iva"),
        *("tipo de iva", "stawka vat", "stawka podatku", "podatek vat", "пдв", "ставка пдв"),
        *("moms", "momssats", "moms i", "btw", "btw tarief", "btw percentage", "dph"),
        *("sazba dph", "aliquota iva", "aliquota", "cota tva", "kdv", "kdv oranı", "ддс"),
        *("ставка ддс", "taxa iva", "taxa de iva"),
    ),
)

BRAND_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *("brand", "brand name", "make", "marke", "markenname", "бренд", "торговая марка", "тм"),
        *("marque", "marca", "marka", "торгова марка", "фирма"),
        *("märke", "varumärke", "merk", "značka"),
    ),
    (
        *("manufacturer", "mfr", "mfg", "producer", "manufacturer name", "hersteller", "fabrikat"),
        *("herstellername", "производитель", "изготовитель", "марка", "fabricant", "fabricante"),
        *("constructeur", "producent", "виробник"),
        *("tillverkare", "výrobce", "produttore", "producător", "üretici", "производител"),
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
        *("lagersaldo", "i lager", "saldo", "lagerantal", "voorraad", "op voorraad"),
        *("vrije voorraad", "skladem", "stav skladu", "na skladě", "giacenza", "stoc"),
        *("stoc disponibil", "în stoc", "stok", "stok durumu", "stok dur", "stok miktarı"),
        *("mevcut", "наличност", "estoque", "em stock"),
    ),
    (
        *("available", "availability", "lager", "verfügbar", "verfügbarkeit", "наличие", "склад"),
        *("disponibilité", "disponible", "dispo", "disponibilidad", "dostępność", "наявність"),
        *("disponibilità", "disponibilitate", "disponibilidade", "beschikbaarheid", "dostupnost"),
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
        *("leveranstid", "ledtid", "levertijd", "leveringstermijn", "dodací lhůta"),
        *("dodací doba", "termín dodání", "tempi di consegna", "tempo di consegna"),
        *("termen de livrare", "teslim süresi", "teslimat süresi", "срок за доставка"),
        "prazo de entrega",
    ),
)
