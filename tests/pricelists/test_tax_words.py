"""Words that say whether prices include a tax, in headers and sentences."""

import pytest

from pricelists.fact_lists import issue_of, plain, table_of


@pytest.mark.parametrize(
    "sentence",
    [
        *("GST extra as applicable on List Price.", "Prices: VAT extra"),
        *("Prices, VAT @ 20 % extra", "VAT will be added to all prices", "Prices plus VAT"),
        *("VAT is charged additionally to the prices", "Price list, tax additional"),
        *("Prices + 20 % VAT", "Preise + MwSt.", "Preise, MwSt. wird aufgeschlagen"),
        *("Zu allen Preisen kommt die MwSt. hinzu", "Preise o. MwSt."),
        *("Zu den Preisen wird zusätzlich MwSt. berechnet", "К ценам добавляется НДС 20 %"),
        *("Цены, НДС начисляется сверху", "Цены плюс НДС", "Цена без учета НДС"),
        *("Цены, НДС сверх цены", "НДС оплачивается дополнительно к цене", "Prix HTVA"),
        *("Prix, TVA en sus", "TVA 21 % en sus de nos prix", "Prix en EUR, TVA en plus"),
        *("TVA à ajouter aux prix", "Precios más IVA", "A los precios se añadirá el IVA"),
        *("Precios, IVA aparte", "IVA no incluido en los precios", "Precios + IVA"),
        *("Do cen należy doliczyć VAT", "Ceny netto, VAT doliczany na fakturze"),
        *("Ceny + VAT 23%", "Ціни, ПДВ нараховується додатково", "До цін додається ПДВ"),
        "Ціни плюс ПДВ",
    ],
)
def test_prices_without_tax(sentence: str) -> None:
    fact = table_of(sentence, "", *plain("Rate")).facts["vat_included"]
    assert fact.value == "false"


@pytest.mark.parametrize(
    "sentence",
    [
        *("Prices include value added tax", "Prices incl. VAT, packaging extra", "Prix TVAC"),
        *("Les prix comprennent la taxe sur la valeur ajoutée", "Preise inkl. MwSt., Fracht extra"),
        *("Precios con IVA, embalaje aparte", "Ceny z VAT, opakowanie doliczane osobno"),
        *("Цены с НДС, упаковка оплачивается дополнительно", "Ціни з ПДВ, тара додатково"),
    ],
)
def test_other_costs_beside_prices_with_tax(sentence: str) -> None:
    fact = table_of(sentence, "", *plain("Rate")).facts["vat_included"]
    assert fact.value == "true"


@pytest.mark.parametrize(
    ("header", "is_included"),
    [
        *(("Prix brut HTVA", False), ("Prix TVAC", True), ("Prix hors TVA", False)),
        *(("Preis o. MwSt.", False), ("Precio + IVA", False)),
        *(("Precio más IVA", False), ("Цена + НДС", False), ("Цена плюс НДС", False)),
        *(("Price + VAT", False), ("Cena + VAT", False), ("Ціна + ПДВ", False)),
    ],
)
def test_tax_in_the_price_header(header: str, is_included: bool) -> None:  # noqa: FBT001
    table = table_of(*plain(header))
    assert table.headers[table.columns["price"]] == header
    assert table.facts["vat_included"].value == str(is_included).lower()


@pytest.mark.parametrize(
    "sentence", ["Prices and VAT as agreed", "К ценам НДС дополнительно не начисляется"]
)
def test_tax_in_doubt(sentence: str) -> None:
    assert issue_of(sentence, "", *plain("Rate")).option == "vat_included"


def test_sentence_with_the_header_of_the_unit_is_about_all_prices() -> None:
    sentence = "Preise in EUR je Einheit (EH), ab Lager, exkl. 20 % MwSt."
    lines = ("Art.-Nr.;Name;EH;Preis", "1001;Kantholz;m³;398,00", "1002;Latte;lfm;12,50")
    assert table_of(sentence, "", *lines).facts["vat_included"].value == "false"


def test_gross_price_with_discounts_of_groups_may_be_one_before_discounts() -> None:
    lines = ("Art.-Nr.;Name;CHF brutto", "1 Waschtische;;", "212;Waschtisch Lago;412,00")
    rows = (*lines, "213;Waschtisch Piz;588,00", "2 Armaturen;;", "301;Mischer;248,00")
    groups = {"1": "38", "2": "30"}
    assert "vat_included" in table_of(*rows, currency="CHF").facts
    assert "vat_included" not in table_of(*rows, currency="CHF", discount_groups=groups).facts


@pytest.mark.parametrize(
    ("sentence", "mark"),
    [
        ("N = Nettopreise exkl. MwSt.", "N"),
        ("(N) Preise exkl. MwSt.", "N"),
        ("* Preise exkl. MwSt.", "*"),
        ("Mit (N) gekennzeichnete Artikel: Preise exkl. MwSt.", "N"),
    ],
)
def test_legend_of_a_mark_is_about_marked_articles(sentence: str, mark: str) -> None:
    lines = (f"Art.-Nr.;Name;{mark};Preis", f"1001;Kantholz;{mark};398,00", "1002;Latte;;12,50")
    assert "vat_included" not in table_of(sentence, "", *lines).facts
