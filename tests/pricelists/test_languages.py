"""Headers and sentences of languages beside the seven that have many words."""

from datetime import date

import pytest

from pricebook.pricelists.facts.units import parse_unit
from pricelists.fact_lists import columns_of, issues_of, plain, table_of

FIELDS = (
    *("sku", "name", "category", "brand", "unit", "pack_size", "min_order_quantity", "price"),
    *("currency", "discount", "vat_rate", "stock", "gtin", "lead_time"),
)
ROWS = (
    "A-100;Lamp 4 W round;Lamps;Ikaros;st;10;2;12.50;EUR;10;25;7;4006381333931;3",
    "A-101;Lamp 6 W round;Lamps;Ikaros;st;20;2;13.75;EUR;12;25;8;4006381333948;3",
    "A-102;Cable 3 m white;Cables;Dedal;st;5;5;9.90;EUR;15;6;0;4006381333955;5",
)
HEADERS = {
    "Swedish": (
        "Artikelnummer;Benämning;Varugrupp;Varumärke;Enhet;Förp.;Min antal;Pris;Valuta;"
        "Rabatt;Moms %;Lagersaldo;Streckkod;Leveranstid"
    ),
    "Dutch": (
        "Artikelnr.;Omschrijving;Productgroep;Merk;Eenheid;Verpakking;Min. afname;Prijs;"
        "Valuta;Korting %;Btw;Voorraad;EAN-code;Levertijd"
    ),
    "Czech": (
        "Kód zboží;Název;Skupina;Výrobce;MJ;Balení;Min. odběr;Cena;Měna;Sleva;DPH %;"
        "Skladem;Čárový kód;Dodací lhůta"
    ),
    "Italian": (
        "Cod. articolo;Descrizione;Categoria;Marca;U.M.;Pz. x conf.;Ordine minimo;Prezzo;"
        "Valuta;Sconto %;IVA;Giacenza;Codice EAN;Tempi di consegna"
    ),
    "Romanian": (
        "Cod produs;Denumire;Categorie;Producător;U.M.;Buc./bax;Cantitate minimă;Preț;"
        "Monedă;Discount %;TVA;Stoc;Cod de bare;Termen de livrare"
    ),
    "Turkish": (
        "Stok Kodu;Ürün Adı;Ürün grubu;Marka;Birim;Koli içi;Min. sipariş;Fiyat;Döviz;"
        "İskonto;KDV;Stok Durumu;Barkod;Teslim süresi"
    ),
    "Turkish capitals": (
        "STOK KODU;ÜRÜN ADI;KATEGORİ;MARKA;BİRİM;KOLİ İÇİ;MİN. SİPARİŞ;FİYATI;DÖVİZ;"
        "İSKONTO;KDV ORANI;STOK MİKTARI;BARKOD;TESLİM SÜRESİ"
    ),
    "Bulgarian": (
        "Каталожен номер;Наименование;Група;Марка;Мярка;Бр. в кашон;Мин. поръчка;Цена;"
        "Валута;Отстъпка;ДДС;Наличност;Баркод;Срок за доставка"
    ),
    "Portuguese": (
        "Referência;Designação;Família;Marca;Unidade;Embalagem;Qtd. mínima;Preço;Moeda;"
        "Desconto;Taxa IVA;Em stock;Código de barras;Prazo de entrega"
    ),
}


@pytest.mark.parametrize("language", HEADERS)
def test_headers_name_the_fields(language: str) -> None:
    header = HEADERS[language]
    columns = columns_of(table_of(header, *ROWS, currency="EUR"))
    assert columns == dict(zip(FIELDS, header.split(";"), strict=True))


@pytest.mark.parametrize(
    ("header", "vat_included"),
    [
        *(("Pris exkl. moms", False), ("Pris inkl. moms", True), ("Styckpris utan moms", False)),
        *(("Prijs excl. btw", False), ("Nettoprijs excl. btw", False), ("Prijs incl. btw", True)),
        *(("Cena bez DPH", False), ("Cena s DPH", True), ("Cena vč. DPH", True)),
        *(("Prezzo IVA esclusa", False), ("Prezzo + IVA", False), ("Prezzo IVA inclusa", True)),
        *(("Preț fără TVA", False), ("Preț cu TVA", True), ("Preț unitar fără TVA", False)),
        *(("KDV hariç fiyat", False), ("Fiyat (KDV dahil)", True), ("Birim Fiyat + KDV", False)),
        *(("Цена без ДДС", False), ("Цена с ДДС", True), ("Ед. цена без ДДС", False)),
        *(("Preço sem IVA", False), ("Preço com IVA", True), ("Preço c/ IVA", True)),
    ],
)
def test_price_header_says_whether_vat_is_included(header: str, *, vat_included: bool) -> None:
    assert table_of(*plain(header), currency="EUR").basis.vat_included is vat_included


@pytest.mark.parametrize(
    ("sentence", "vat_included"),
    [
        *(("Priser exkl. moms.", False), ("Alla priser inkl. 25 % moms", True)),
        *(("Alle prijzen exclusief btw", False), ("Prijzen nu incl. btw", True)),
        *(("Ceny jsou uvedeny bez DPH.", False), ("Ceny neobsahují DPH", False)),
        *(("Prezzi IVA esclusa", False), ("I prezzi si intendono IVA inclusa", True)),
        *(("Prețurile nu includ TVA 21%.", False), ("Prețurile includ TVA", True)),
        *(("Fiyatlarımıza KDV dahil değildir.", False), ("Fiyatlara KDV dahildir", True)),
        *(("Цените са без ДДС", False), ("Цените не включват ДДС", False)),
        *(("Preços sem IVA", False), ("Os preços não incluem IVA", False)),
    ],
)
def test_sentence_says_whether_vat_is_included(sentence: str, *, vat_included: bool) -> None:
    table = table_of(sentence, *plain(), currency="EUR")
    assert table.basis.vat_included is vat_included


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("Priser gäller från 1 januari 2027", date(2027, 1, 1)),
        ("Prijzen geldig vanaf 1 januari 2027", date(2027, 1, 1)),
        ("Platnost cen od 1. července 2027", date(2027, 7, 1)),
        ("Platnost cen od 1. června 2027", date(2027, 6, 1)),
        ("Listino valido dal 01.01.2027", date(2027, 1, 1)),
        ("Prețuri valabile din 1 ianuarie 2027", date(2027, 1, 1)),
        ("Цените са валидни от 01.01.2027", date(2027, 1, 1)),
        ("Preços válidos a partir de 1 de janeiro de 2027", date(2027, 1, 1)),
        ("Fiyatlar 01.01.2027 tarihinden itibaren geçerlidir", date(2027, 1, 1)),
    ],
)
def test_sentence_says_from_which_day_prices_hold(sentence: str, day: date) -> None:
    assert table_of(sentence, *plain(), currency="EUR").basis.valid_from == day


@pytest.mark.parametrize(
    "header",
    [
        *("Pris per 100 st", "Prijs per 100 stuks", "Cena za 100 ks", "Prezzo per 100 pz"),
        *("Цена за 100 бр", "Preço por 100 un"),
    ],
)
def test_price_header_names_a_quantity(header: str) -> None:
    assert table_of(*plain(header), currency="EUR").basis.price_quantity == 100


@pytest.mark.parametrize(
    ("cell", "unit"),
    [
        *(("styck", "H87"), ("stuks", "H87"), ("ks", "H87"), ("pz.", "H87"), ("buc.", "H87")),
        *(
            ("AD", "H87"),
            ("бр.", "H87"),
            ("kolli", "XPK"),
            ("CF", "XPK"),
            ("CS", "XCS"),
            ("doos", "XBX"),
            ("rotolo", "XRO"),
        ),
    ],
)
def test_unit_words(cell: str, unit: str) -> None:
    assert parse_unit(cell) == unit


@pytest.mark.parametrize(
    "header",
    ["Pris kolli", "Prijs doos", "Cena karton", "Prezzo cartone", "Preț bax", "Koli fiyatı"],
)
def test_price_of_a_pack_alone_is_in_doubt(header: str) -> None:
    assert "column_mapping.pack_size" in {i.option for i in issues_of(*plain(header))}


@pytest.mark.parametrize(
    "headers",
    [
        ("Pris", "Rek. pris"),
        ("Prijs", "Adviesprijs"),
        ("Cena", "Doporučená cena"),
        ("Prezzo netto", "Prezzo di listino"),
        ("Preț", "Preț recomandat"),
        ("Net fiyat", "Liste fiyatı"),
        ("Цена", "Препоръчителна цена"),
        ("Preço", "Preço de tabela"),
    ],
)
def test_list_price_beside_the_price(headers: tuple[str, str]) -> None:
    rows = ["A-1;Screw M4;12.50;15.90", "A-2;Screw M5;13.70;16.90", "A-3;Nut M4;9.90;11.90"]
    columns = columns_of(table_of(f"Code;Name;{';'.join(headers)}", *rows))
    assert (columns["price"], columns["list_price"]) == headers
