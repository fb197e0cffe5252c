"""Words of price headers: prices, list prices, customers, discounts, days. Pure data.

All words are compared like those of `vocabulary`.
"""

PRICE_WORDS: tuple[tuple[str, ...], ...] = (
    (
        *("price", "prices", "pricing", "unit price", "our price", "your price", "selling price"),
        "sales price",
        *("sale price", "special price", "regular price", "base price", "dealer price"),
        *("wholesale", "wholesale price", "retail", "retail price", "purchase price", "cost price"),
        *("ihr preis", "händlernetto", "fachhandelsnetto", "handelsnetto", "kundennetto"),
        *("einkaufsnetto", "nettoeinkaufspreis", "händlernettopreis", "händlereinkaufspreis"),
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
        *("precio al por mayor", "precio coste", "precio de coste"),
        *("cena", "cena hurtowa", "cena detaliczna", "cena zakupu", "cena sprzedaży", "hurt"),
        "detal",
        *("ціна", "оптова ціна", "ціна опт", "ціна оптова", "роздрібна ціна", "ціна роздрібна"),
        *("закупівельна ціна", "ціна закупівлі", "відпускна ціна", "ваша ціна"),
        *("price now", "present price", "aktueller preis", "preis aktuell", "preis heute"),
        *("prix brut", "tarif brut"),
        *("derzeitiger preis", "tagespreis", "текущая цена", "цена текущая", "действующая цена"),
        *("актуальная цена", "prix actuel", "tarif actuel", "prix en vigueur", "precio actual"),
        *("precio vigente", "tarifa actual", "tarifa vigente", "cena aktualna", "aktualna cena"),
        *("cena obecna", "obecna cena", "поточна ціна", "ціна поточна", "діюча ціна"),
        *("чинна ціна", "актуальна ціна"),
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
        *("pris", "priser", "nettopris", "bruttopris", "styckpris", "apris", "a pris"),
        *("ert pris", "kundpris", "inköpspris", "försäljningspris", "grossistpris", "prijs"),
        *("prijzen", "nettoprijs", "brutoprijs", "stukprijs", "eenheidsprijs", "inkoopprijs"),
        *("verkoopprijs", "groothandelsprijs", "uw prijs", "dealerprijs", "basisprijs"),
        *("jednotková cena", "prodejní cena", "nákupní cena", "velkoobchodní cena"),
        *("voc bez dph", "voc s dph", "voc bez dph kč"),
        *("maloobchodní cena", "vaše cena", "základní cena", "prezzo", "prezzi"),
        *("prezzo unitario", "prezzo netto", "prezzo lordo", "prezzo di vendita"),
        *("prezzo vendita", "prezzo acquisto", "prezzo ingrosso", "prezzo rivenditore"),
        *("vostro prezzo", "prezzo base", "preț", "prețuri", "preț unitar", "preț net"),
        *("preț vânzare", "preț de vânzare", "preț achiziție", "preț en gros", "preț engros"),
        *("preț de bază", "fiyat", "fiyatı", "fiyatlar", "birim fiyat", "birim fiyatı"),
        *("satış fiyatı", "net fiyat", "toptan fiyat", "alış fiyatı", "bayi fiyatı"),
        *("perakende fiyat", "ürün fiyatı", "единична цена", "ед цена", "цена на едро"),
        *("доставна цена", "продажна цена", "цена на дребно", "вашата цена", "preço", "preços"),
        *("preço unitário", "preço líquido", "preço de venda", "preço venda", "preço de custo"),
        *("preço revenda", "preço grossista", "seu preço", "preço base", "precio base"),
        *("prix de base", "cena bazowa", "basispreis", "tarifa distribuidor", "tarifa neta"),
    ),
    (
        *("cost", "rate", "стоимость", "вартість", "tarif", "coût", "tarifa", "coste", "kosten"),
        *("koszt", "прайс", "net", "gross", "netto", "brutto", "bruto"),
        *("grundpreis", "grundpris", "custo", "costo", "tarief"),
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
        *("precio de lista", "precio lista", "precio catálogo", "pvp", "precio venta público"),
        "precio de venta al público",
        *("cena katalogowa", "cena sugerowana", "sugerowana cena detaliczna", "cena cennikowa"),
        *("cena katalog", "cena kat", "рекомендована ціна", "рекомендована роздрібна ціна"),
        *("рекомендована роздріб", "каталожна ціна", "ціна за каталогом"),
        *("pvp rec", "pvr", "listpris", "rek pris", "rekommenderat pris", "cirkapris", "ca pris"),
        *("riktpris", "katalogpris", "adviesprijs", "adviesverkoopprijs", "catalogusprijs"),
        *("lijstprijs", "brutolijstprijs", "consumentenprijs", "adv verkoopprijs"),
        *("adviesprijs consument", "doporučená cena", "doporučená maloobchodní cena", "dmoc"),
        *("moc s dph", "moc bez dph", "moc vč dph"),
        *("ceníková cena", "katalogová cena", "prezzo di listino", "prezzo listino", "listino"),
        *("prezzo consigliato", "prezzo al pubblico", "prezzo pubblico", "prezzo di catalogo"),
        *("preț de listă", "preț listă", "preț recomandat", "preț de catalog", "preț raft"),
        *("liste fiyatı", "tavsiye edilen fiyat", "tavsiye edilen satış fiyatı"),
        *("препоръчителна цена", "препоръчана цена", "цена по каталог", "листова цена"),
        *("preço de tabela", "preço tabela", "preço recomendado", "preço de catálogo"),
        "preço de lista",
    ),
)

# Ranks of price headers beside those of PRICE_WORDS.
OTHER_QUANTITY_RANK = len(PRICE_WORDS)
LIST_PRICE_RANK = OTHER_QUANTITY_RANK + 1
# `PU` is the unit price of French price lists and the packing unit of all others.
UNIT_PRICE_OR_PACK_WORDS = ("pu", "p u")
UNIT_PRICE_OR_PACK_RANK = LIST_PRICE_RANK + 1

# Of a price that is not the one of today, or not that of the list before.
NEW_WORDS = frozenset(
    (
        *("new", "next", "future", "upcoming", "neu", "neue", "neuer", "neuen", "neues", "künftig"),
        *("künftiger", "новая", "новые", "новый", "будущая", "nouveau", "nouveaux", "nouvel"),
        *("nouvelle", "futur", "nuevo", "nuevos", "nueva", "nowa", "nowe", "nowy", "przyszła"),
        *("нова", "нові", "новий", "майбутня", "ny", "nytt", "nya", "nye", "nieuw", "nieuwe"),
        *("nová", "nové", "nový", "nuovo", "nuovi", "nuova", "nou", "noi", "nouă", "yeni", "нови"),
        *("ново", "novo", "novos", "nova"),
    )
)
# Of a price that holds from a day on.
NEXT_PRICE_WORDS = NEW_WORDS | frozenset(
    (
        *("from", "as", "of", "effective", "valid", "starting", "since", "ab", "vom", "gültig"),
        *("с", "со", "от", "действует", "действительна", "г", "à", "partir", "du", "dès", "le"),
        *("au", "valable", "er", "desde", "de", "del", "el", "válido", "od", "ważna", "ważne"),
        *("dnia", "з", "від", "діє", "дійсна", "року", "r", "р", "från", "fra", "vanaf", "per"),
        *("platná", "platné", "dal", "din", "itibaren"),
    )
)

# Before the last day of a price; the words of a range count behind its first day only.
UNTIL_WORDS = frozenset(
    (
        *("until", "till", "til", "to", "through", "thru", "bis", "до", "по", "jusqu", "jusque"),
        *("hasta", "do"),
    )
)
RANGE_WORDS = frozenset(("au", "al", "a", "à"))

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
        *("januari", "februari", "maj", "augusti", "maart", "mei", "augustus", "ledna", "února"),
        *("března", "dubna", "května", "června", "července", "srpna", "září", "října", "prosince"),
        *("gennaio", "febbraio", "aprile", "maggio", "giugno", "luglio", "settembre", "ottobre"),
        *("dicembre", "ianuarie", "februarie", "martie", "aprilie", "iunie", "iulie", "septembrie"),
        *("octombrie", "noiembrie", "decembrie", "ocak", "şubat", "mart", "nisan", "mayıs"),
        *("haziran", "temmuz", "ağustos", "eylül", "ekim", "kasım", "aralık", "януари", "февруари"),
        *("март", "април", "май", "юни", "юли", "август", "септември", "октомври", "ноември"),
        *("декември", "janeiro", "fevereiro", "março", "maio", "junho", "julho", "setembro"),
        *("outubro", "novembro", "dezembro"),
    )
)

# Whom a price is for: with such words, several columns of prices are a choice.
CUSTOMER_WORDS = frozenset(
    (
        *("wholesale", "retail", "dealer", "dealers", "partner", "partners", "distributor"),
        *("jobber", "jobbers", "installer", "installers", "fleet", "wd"),
        *("distributors", "reseller", "resellers", "trade", "vip", "gold", "silver", "platinum"),
        *("b2b", "b2c", "oem", "srp", "msrp", "rrp", "mrp", "ddp", "exw", "fob", "cif", "fca"),
        *("dap", "händler", "fachhandel", "großhandel", "endkunde", "wiederverkäufer", "опт"),
        *("einzelhandel", "endverbraucher", "konsument", "gros", "professionnel", "particulier"),
        *("опта", "оптовая", "крупный", "мелкий", "розница", "розничная", "розн", "дилер"),
        *("дилерская", "дилеры", "партнер", "партнёр", "партнерская", "партнёрская", "спеццена"),
        *("revendeur", "revendeurs", "grossiste", "détaillant", "distributeur", "mayorista"),
        *("minorista", "distribuidor", "hurt", "hurtowa", "detal", "detaliczna", "partnerska"),
        *("гурт", "гуртова", "роздріб", "роздрібна", "дилерська", "партнерська", "оптова"),
        *(
            "återförsäljare",
            "grossist",
            "groothandel",
            "wederverkoper",
            "velkoobchod",
            "maloobchod",
        ),
        *("velkoobchodní", "maloobchodní", "rivenditore", "ingrosso", "dettaglio", "grossista"),
        *("distribuitor", "angro", "bayi", "toptan", "perakende", "едро", "дребно", "revenda"),
        *("atacado", "varejo", "grosista"),
    )
)

# Who buys and who sells: beside each other, such prices are those of different customers.
BUYING_WORDS = frozenset(
    (
        *("ek", "hek", "nek", "vk", "einkauf", "verkauf", "laden", "public", "pubblico", "público"),
        *("purchase", "buying", "selling", "sales", "achat", "vente", "compra", "venta", "zakupu"),
        *("sprzedaży", "закупочная", "закупки", "закупка", "продажи", "отпускная", "закупівлі"),
        *("закупівельна", "inköp", "försäljning", "inkoop", "verkoop", "nákupní", "prodejní"),
        *("acquisto", "vendita", "achiziție", "vânzare", "alış", "satış", "доставна", "продажна"),
        *("détail", "detail", "роздрібна"),
    )
)
# Of these customers, no buyer of the list is one.
RETAIL_WORDS = frozenset(
    (
        *("retail", "rrp", "msrp", "mrp", "srp", "uvp", "endkunde", "endkunden", "розница", "розн"),
        *("розничная", "ррц", "мрц", "роздріб", "роздрібна", "détail", "public", "detal", "pvp"),
        *("detaliczna", "minorista", "consument", "maloobchod", "dettaglio", "pubblico", "varejo"),
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
# Of list prices that are recommended to retailers: what their customers pay, never the cost.
RECOMMENDED_PRICE_WORDS = frozenset(
    (
        *("rrp", "msrp", "srp", "mrp", "suggested", "recommended", "uvp", "uvpe", "empf"),
        *("preisempfehlung", "unverbindliche", "empfohlener", "ррц", "мрц", "рекомендованная"),
        *("рекомендуемая", "рекоменд", "рек", "conseillé", "conseille", "ppc", "pvc", "pvpr"),
        *("recomendado", "sugerowana", "рекомендована", "rek", "rekommenderat", "cirkapris"),
        *("rec", "riktpris", "adviesprijs", "adviesverkoopprijs", "consumentenprijs", "doporučená"),
        *("dmoc", "consigliato", "recomandat", "tavsiye", "препоръчителна", "препоръчана"),
    )
)
# Of prices that hold for some days only, beside the ordinary ones.
PROMOTION_WORDS = frozenset(
    (
        *("promo", "promos", "promotion", "promotional", "offer", "offers", "aktion", "aktionen"),
        *("aktionspreis", "aktionspreise", "sonderaktion", "sonderangebot", "angebotspreis"),
        *("акция", "акции", "акционная", "промо", "распродажа", "action", "promotionnel"),
        *("oferta", "ofertas", "promoción", "promocja", "promocyjna", "promocji", "акційна"),
        *("акція", "kampanj", "kampanjpris", "extrapris", "actie", "actieprijs", "aanbieding"),
        *("akce", "akční", "offerta", "promozione", "promoție", "promoțional", "kampanya"),
        *("промоция", "промоционална", "promoção", "promocional"),
    )
)
# Net of taxes or net of discounts: beside a discount that is in doubt.
NET_PRICE_WORDS = frozenset(
    (
        *("net price", "net", "net cost", "netprice", "nettopreis", "netto", "netto ek"),
        *("ek netto", "nek", "prix net", "precio neto", "neto", "dealer net", "net dealer price"),
    )
)

# Headers of French price lists, in which `PU` is the unit price.
FRENCH_HEADERS = (
    *("réf", "référence", "désignation", "libellé", "quantité", "qté", "montant", "tva", "remise"),
    *("conditionnement", "colisage", "marque", "famille", "unité", "code article", "réf article"),
    *("nom", "produit", "descriptif", "total ht", "cond", "cdt"),
)
