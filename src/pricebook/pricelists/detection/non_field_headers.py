"""Words of headers that name no field, in the languages of `vocabulary`. Pure data.

Content inference never uses a column with such a header. A price header with one of the price words
is an old price or a price of another quantity than a piece.
"""

NON_FIELD_HEADERS = frozenset(
    (
        # classes of dangerous goods, codes of customs and statistics
        *("adr", "adr class", "imdg", "wgk", "hazard class", "hazmat", "un number", "un no"),
        *("gefahrgut", "gefahrgutklasse", "gefahrenklasse", "un nummer", "klasa adr", "nr un"),
        *("classe adr", "numéro onu", "numero onu", "clase adr", "класс опасности", "клас"),
        *("pkwiu", "gtu", "kod gtu", "taric", "intrastat", "hts", "commodity code", "customs"),
        *("hs number", "hs nr", "harmonized code", "tariff no", "tariff number", "zolltarif"),
        *("zolltarifnr", "zolltarif nr", "warentarifnummer", "statistische warennummer"),
        *("stat warennr", "warennr", "тнвэд", "уктзед", "укт зед", "окпд", "окпд2", "код окпд"),
        *("nomenclature douanière", "code sh", "ndp", "código arancelario", "partida arancelaria"),
        *("codice doganale", "nomenclatura combinata", "kn code", "celní kód", "goederencode"),
        *("model year", "baujahr", "rok produkcji", "год выпуска", "рік випуску", "año modelo"),
        *("shelf life", "haltbarkeit", "mhd", "срок годности", "dlc", "ddm", "termin ważności"),
        *("trwałość", "термін придатності", "caducidad", "alc", "abv", "alkohol", "крепость"),
        *("masa", "massa", "ciężar", "tara", "tare", "маса"),
        # stock, quantities and packs
        *("stock", "qty", "quantity", "available", "availability", "inventory", "on hand", "order"),
        *("moq", "min order", "min qty", "pack", "pack size", "packing", "package", "pallet"),
        "box",
        *("bestand", "lager", "lagerbestand", "menge", "verfügbar", "verfügbarkeit", "ve", "vpe"),
        *("mindestmenge", "mindestbestellmenge", "verpackungseinheit", "gebinde", "bestellung"),
        *("остаток", "остатки", "наличие", "склад", "количество", "кол во", "кол", "резерв"),
        "заказ",
        *("свободный остаток", "кратность", "упаковка", "упак", "уп", "в упаковке", "мин партия"),
        *("quantité", "qté", "disponibilité", "disponible", "colisage", "conditionnement", "cdt"),
        *("existencias", "cantidad", "cant", "disponibilidad", "embalaje", "envase", "uds caja"),
        *("stan", "stan magazynowy", "ilość", "dostępność", "opakowanie", "opak", "zamówienie"),
        *("залишок", "залишки", "наявність", "кількість", "кільк", "пакування", "замовлення"),
        # weights and measures
        *("weight", "net weight", "gross weight", "kg", "g", "length", "width", "height", "depth"),
        *("volume", "size", "dimensions", "diameter", "gewicht", "länge", "breite", "höhe"),
        "tiefe",
        *("maße", "abmessungen", "größe", "volumen", "durchmesser", "вес", "вес кг", "кг", "масса"),
        *("длина", "ширина", "высота", "объем", "объём", "размер", "размеры", "диаметр", "poids"),
        *("longueur", "largeur", "hauteur", "dimension", "taille", "peso", "largo", "ancho"),
        "alto",
        *("tamaño", "medidas", "waga", "długość", "szerokość", "wysokość", "wymiary", "rozmiar"),
        *("вага", "довжина", "висота", "об'єм", "розмір", "розміри", "mm", "cm", "m", "l", "мм"),
        # units, taxes, discounts, sums
        *("unit", "uom", "vat", "vat rate", "tax", "tax rate", "discount", "rebate", "amount"),
        *("total", "sum", "points", "einheit", "me", "mwst", "mwst satz", "ust", "steuersatz"),
        *("rabatt", "rabattgruppe", "summe", "betrag", "gesamt", "gesamtpreis", "ед", "ед изм"),
        "ндс",
        *("единица измерения", "ставка ндс", "скидка", "сумма", "итого", "unité", "tva"),
        "taux tva",
        *("remise", "montant", "total ht", "total ttc", "unidad", "iva", "dto", "descuento"),
        "importe",
        *("jm", "jednostka", "vat %", "rabat", "wartość", "suma", "од", "од вим", "одиниця", "пдв"),
        *("знижка", "сума", "ставка пдв", "eco tax", "ecotaxe", "deee", "pfand", "deposit"),
        # other codes, years, origins, line numbers
        *("valid from", "valid", "gültig ab", "gültig", "действует с", "valable", "ważna od"),
        *("colour", "color", "farbe", "цвет", "couleur", "kolor", "колір"),
        *("year", "date", "line", "row", "pos", "position", "hs code", "tariff code"),
        "customs code",
        *("jahr", "datum", "zeile", "lfd nr", "zolltarifnummer", "warennummer", "год", "дата"),
        *("п п", "строка", "тн вэд", "код тн вэд", "année", "ligne", "code douanier", "año"),
        "fecha",
        *("rok", "data", "lp", "l p", "kod cn", "рік", "п", "порядковий номер", "ean", "gtin"),
        "upc",
        *("barcode", "штрихкод", "warranty", "garantie", "гарантия", "garantía", "gwarancja"),
        *("phone", "tel", "telephone", "телефон", "brand", "marke", "бренд", "marque", "marca"),
        *("lager", "saldo", "antal", "vikt", "längd", "bredd", "höjd", "mått", "storlek", "färg"),
        *("moms", "voorraad", "aantal", "gewicht", "lengte", "breedte", "hoogte", "maat"),
        *("afmeting", "afmetingen", "kleur", "btw", "sklad", "množství", "hmotnost", "délka"),
        *("šířka", "výška", "rozměr", "rozměry", "barva", "dph", "sleva", "quantità", "q tà"),
        *("peso", "lunghezza", "larghezza", "altezza", "misura", "misure", "dimensioni"),
        *("formato", "colore", "sconto", "cantitate", "cant", "greutate", "lungime", "lățime"),
        *("înălțime", "dimensiune", "dimensiuni", "culoare", "stok", "miktar", "adet", "ağırlık"),
        *("uzunluk", "genişlik", "yükseklik", "ebat", "ölçü", "renk", "kdv", "iskonto"),
        *("количество", "тегло", "дължина", "широчина", "височина", "размери", "цвят", "ддс"),
        *("отстъпка", "quantidade", "comprimento", "largura", "medidas", "cor", "desconto"),
        *("finitura", "db", "záruka", "garanzia", "garanție", "garanti", "garantia", "гаранция"),
        "marka",
    )
)

# Codes by the whole header only: `Price CN` is a price.
CODE_TITLES = frozenset(("cn", "kn", "hs", "un", "ncm", "cpv", "unspsc", "eclass", "clp", "gn"))

# Sums beside a price that are for something else.
FEE_WORDS = frozenset(
    (
        *("fee", "surcharge", "freight", "postage", "shipping", "gebühr", "zuschlag", "fracht"),
        *("porto", "versand", "einsatz", "надбавка", "сбор", "доставка", "залог", "тариф"),
        *("consigne", "supplément", "livraison", "transport", "écotaxe", "éco", "ecopart", "port"),
        *("recargo", "portes", "envío", "fianza", "tasa", "opłata", "dopłata", "kaucja", "kgo"),
        *("dostawa", "застава", "збір", "recupel", "bebat", "rabatt", "discount", "bonus"),
    )
)

# A former price.
OLD_PRICE_WORDS = frozenset(
    (
        *("old", "was", "previous", "former", "before", "last", "alt"),
        "alte",
        *("alter", "alten", "bisher", "bisheriger", "vorher", "vorjahr", "statt", "bislang"),
        *("старая", "прежняя", "предыдущая", "была", "ancien", "ancienne", "précédent", "anterior"),
        *("antiguo", "antes", "stara", "poprzednia", "dawna", "стара", "попередня", "колишня"),
        *("gammalt", "tidigare", "föregående", "oud", "oude", "vorige", "stará", "původní"),
        *("předchozí", "vecchio", "vecchi", "precedente", "vechi", "eski", "önceki", "предишна"),
        *("antigo", "antigos", "fostul"),
    )
)

# Beside a word for prices: something else than a price.
PRICE_ATTRIBUTE_WORDS = frozenset(
    (
        *("group", "code", "class", "category", "level", "change", "difference", "diff", "index"),
        *("increase", "version", "type", "gruppe", "klasse", "änderung", "differenz", "erhöhung"),
        *("art", "группа", "код", "класс", "категория", "изменение", "разница", "тип", "groupe"),
        *("classe", "évolution", "écart", "variation", "grupo", "clase", "variación", "cambio"),
        *("grupa", "kod", "klasa", "zmiana", "różnica", "група", "зміна", "різниця", "номер"),
    )
)

# A price of another quantity than a piece.
OTHER_QUANTITY_WORDS = frozenset(
    (
        *("kg", "kilo", "g", "gram", "m", "m2", "m3", "meter", "metre", "liter", "litre", "ton"),
        *("box", "pack", "package", "packet", "carton", "case", "pallet", "set", "dozen"),
        "hundred",
        *("ve", "vpe", "karton", "packung", "palette", "pal", "gebinde", "paket", "rolle"),
        *("hundert", "мп", "пм", "lm"),
        *("кг", "м", "м2", "м3", "метр", "литр", "л", "тонна", "тн", "уп", "упак"),
        *("упаковка", "упаковку", "упаковки", "кор", "короб", "коробка", "коробку", "рулон"),
        "пачка",
        *("colis", "boîte", "paquet", "lot", "caja", "paquete", "cien", "opak", "opakowanie"),
        "paleta",
        *("упаковці", "ящик", "літр", "пачку", "mille", "tausend", "тыс", "тис", "100", "1000"),
        *("kolli", "förpackning", "förp", "låda", "pall", "rulle", "doos", "verpakking", "rol"),
        *("balení", "krabice", "bal", "litr", "confezione", "conf", "scatola", "cartone", "rotolo"),
        *("metro", "litro", "cutie", "bax", "pachet", "rolă", "koli", "paket", "kutu", "кашон"),
        *("опаковка", "кутия", "стек", "caixa", "embalagem", "rolo", "palete"),
    )
)
