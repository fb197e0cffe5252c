"""Surcharges and deposits: never a price; a surcharge is added once that is certain."""

from decimal import Decimal
from typing import Any

import pytest

from pricebook.pricelists.profile_sentence import describe_profile
from pricebook.pricelists.schemas.cells import NumberCell
from pricelists.fact_lists import columns_of, issue_of, table_of
from pricelists.price_lists import ReadResult, read_next_price_list, read_price_list
from pricelists.price_tables import Table, details_of

ROWS = ("A-1;Cable 3x1.5;12.50;2.125", "A-2;Cable 5x2.5;13.75;3.40", "A-3;Gland M20;9.90;–")
ADDED = "Der Kupferzuschlag wird zum Grundpreis hinzugerechnet und wöchentlich angepasst."


def lines_with(surcharge: str, price: str = "Price", rows: tuple[str, ...] = ROWS) -> list[str]:
    return [f"Code;Name;{price};{surcharge}", *rows]


def read(*lines: str, **options: Any) -> ReadResult:
    return read_price_list("\n".join(lines) + "\n", **options)


@pytest.mark.parametrize(
    "header",
    [
        *(
            "Kupferzuschlag",
            "Cu-Zuschlag €",
            "Teuerungszuschlag",
            "Aufpreis EUR",
            "Mehrpreis",
            "MTZ",
            "Zuschlag (nicht rabatt.)",
        ),
        *("Copper surcharge", "Surcharge EUR", "Metal adder", "Supplément cuivre", "Надбавка"),
        *("Надбавка за медь, руб", "Dopłata", "Recargo cobre", "Suplemento", "Koppartillägg"),
        *("Kopertoeslag", "Příplatek", "Sovrapprezzo", "Suprataxă", "Sobretaxa", "Zuschlagspreis"),
        "Preis Kupferzuschlag",
    ],
)
def test_surcharge_is_no_price_and_in_doubt_until_it_is_set(header: str) -> None:
    lines = lines_with(header)
    currency = "RUB" if "руб" in header else "EUR"
    issue = issue_of(*lines, currency=currency)
    assert (issue.option, issue.candidates) == ("column_mapping.surcharge", (header,))
    assert f'--column surcharge="{header}"' in issue.message
    assert f'ignored_columns="{header}"' in issue.message
    added = table_of(*lines, currency=currency, column_mapping={"surcharge": header})
    assert columns_of(added)["price"] == "Price"
    assert columns_of(added)["surcharge"] == header
    ignored = table_of(*lines, currency=currency, ignored_columns=[header])
    assert columns_of(ignored) == {"sku": "Code", "name": "Name", "price": "Price"}
    assert header in [title for title, _ in ignored.characteristics]


def test_surcharge_alone_is_no_price() -> None:
    lines = ["Code;Name;Kupferzuschlag", *(line.rpartition(";")[0] for line in ROWS)]
    assert issue_of(*lines).option == "column_mapping.price"


def test_surcharge_below_a_merged_price_header() -> None:
    lines = [
        "Art.-Nr.;Bezeichnung;Preis in EUR / ME;",
        "Art.-Nr.;Bezeichnung;Grundpreis (Cu-Basis 150);Kupferzuschlag (nicht rabattfähig)",
        *ROWS,
    ]
    issue = issue_of(*lines, currency="EUR")
    assert issue.option == "column_mapping.surcharge"
    table = table_of(*lines, ADDED, currency="EUR")
    assert columns_of(table)["price"] == "Preis in EUR / ME Grundpreis (Cu-Basis 150)"


@pytest.mark.parametrize(
    "sentence",
    [
        *(
            ADDED,
            "Prices plus copper surcharge.",
            "Preise zzgl. Kupferzuschlag",
            "Kupferzuschlag wird addiert",
        ),
        *("The surcharge is added to the price", "Цены без надбавки за медь", "Ceny bez dopłaty"),
        *(
            "Prix hors supplément cuivre",
            "Precios sin recargo",
            "De toeslag wordt bij de prijs opgeteld",
        ),
        "Le supplément s'ajoute au prix",
    ],
)
def test_sentence_says_that_the_surcharge_is_added(sentence: str) -> None:
    table = table_of(*lines_with("Surcharge"), "", sentence, currency="EUR")
    assert columns_of(table)["surcharge"] == "Surcharge"
    assert table.facts["surcharge"].origin == "sentence"
    assert sentence.rstrip(".") in table.facts["surcharge"].source


@pytest.mark.parametrize(
    "sentence",
    [
        *("Preise inkl. Kupferzuschlag", "The surcharge is included in all prices"),
        *(
            "Der Kupferzuschlag ist im Preis enthalten",
            "Цены включают надбавку",
            "Prix supplément inclus",
        ),
    ],
)
def test_surcharge_that_prices_include_is_a_characteristic(sentence: str) -> None:
    table = table_of(sentence, "", *lines_with("Surcharge"), currency="EUR")
    assert "surcharge" not in table.columns
    assert "Surcharge" in [title for title, _ in table.characteristics]


@pytest.mark.parametrize(
    "sentence",
    [
        "Mindermengenzuschlag bei Auftragswert unter 50,00 €: 7,50 €",
        "Prices with or without surcharge on request",
        "Surcharge: see our terms",
    ],
)
def test_other_sentences_leave_the_surcharge_in_doubt(sentence: str) -> None:
    issue = issue_of(*lines_with("Surcharge"), "", sentence, currency="EUR")
    assert issue.option == "column_mapping.surcharge"


@pytest.mark.parametrize("header", ["davon Kupferzuschlag", "incl. surcharge", "dont supplément"])
def test_header_says_that_the_price_includes_the_surcharge(header: str) -> None:
    assert columns_of(table_of(*lines_with(header))).keys() == {"sku", "name", "price"}


def test_surcharge_for_another_quantity_or_currency_is_refused() -> None:
    mapping = {"surcharge": "Zuschlag je 100 m"}
    issue = issue_of(*lines_with("Zuschlag je 100 m"), column_mapping=mapping)
    assert (issue.option, "ignored_columns" in issue.message) == ("ignored_columns", True)
    both = lines_with("Zuschlag je 100 m", "Preis je 100 m")
    assert table_of(*both, column_mapping=mapping).basis.price_quantity == 100
    mapping = {"surcharge": "Zuschlag EUR"}
    lines = lines_with("Zuschlag EUR", "Preis USD")
    assert issue_of(*lines, column_mapping=mapping).option == "ignored_columns"


def test_two_surcharges_are_refused() -> None:
    lines = lines_with("Kupferzuschlag;Silberzuschlag", rows=tuple(f"{row};1.10" for row in ROWS))
    assert issue_of(*lines).candidates == ("Kupferzuschlag", "Silberzuschlag")


# Rows.


def test_surcharge_is_added_to_the_discounted_price() -> None:
    item = Table("discount", "surcharge").item("100", "30", "7.5")
    assert (item.price, details_of(item).surcharge) == (Decimal("77.5"), Decimal("7.5"))
    assert details_of(item).list_price == 100


def test_surcharge_is_for_the_quantity_and_in_the_tax_basis_of_the_price() -> None:
    item = Table("surcharge", price_quantity=100).item("100", "20")
    assert item.price == Decimal("1.2")
    table = Table("surcharge", vat_included=True, vat_rate="20", request={"catalog_vat": "net"})
    assert table.item("100", "20").price == 100


@pytest.mark.parametrize("cell", ["", "-", "–", "—", "0", "0.00"])
def test_row_without_a_surcharge(cell: str) -> None:
    item = Table("surcharge").item("5", cell)
    assert item.price == 5


def test_surcharge_may_have_more_decimals_than_a_price() -> None:
    item = Table("surcharge").item("0.21", NumberCell("0.1241856", "0.124"))
    assert item.price == Decimal("0.334186")
    assert Table("surcharge").item("0.21", "0.12418561").price == Decimal("0.334186")


def test_surcharge_in_percent_is_of_the_discounted_price() -> None:
    item = Table("discount", "surcharge").item("200", "50", "4.5 %")
    assert (item.price, details_of(item).surcharge_percent) == (Decimal("104.5"), Decimal("4.5"))
    assert Table("surcharge %").item("200", "4.5").price == 200
    result = read(
        *lines_with("Teuerungszuschlag %"), column_mapping={"surcharge": "Teuerungszuschlag %"}
    )
    assert result.items[0].price == Decimal("12.765625")


@pytest.mark.parametrize("cell", ["-3", "see list", "5 %%", "EUR 3"])
def test_surcharge_that_is_not_understood_rejects_the_row(cell: str) -> None:
    row = Table("surcharge").rejected("5", cell)
    assert row.error_type == "surcharge_unknown"
    assert f'"{cell}"' in row.error_message


def test_surcharge_on_request_is_a_price_on_request() -> None:
    assert Table("surcharge").rejected("5", "auf Anfrage").error_type == "price_on_request"


def test_surcharge_holds_for_every_tier_and_the_next_price() -> None:
    table = Table("surcharge", "min_order_quantity", "10+", tiers={10: "10+"})
    assert table.item("5", "1", "20", "4").price == 5


def test_surcharge_that_was_set_is_added_in_the_next_list() -> None:
    lines = lines_with("Kupferzuschlag")
    first = read(*lines, column_mapping={"surcharge": "Kupferzuschlag"})
    again = read_next_price_list("\n".join(lines) + "\n", first.profile)
    assert again.items[0].price == Decimal("14.625")


# Deposits.


@pytest.mark.parametrize(
    "header",
    [
        *("Pant/st", "Pfand", "Pfandwert €", "Consigne", "Kaucja", "Залог", "Залоговая стоимость"),
        *("Deposit", "Statiegeld", "Záloha", "Cauzione", "Depozito", "Depósito", "Застава"),
        *("Pant pris", "Pfandpreis", "Bottle deposit price"),
    ],
)
def test_deposit_is_no_price_but_a_characteristic(header: str) -> None:
    table = table_of(*lines_with(header), currency="EUR")
    assert columns_of(table) == {"sku": "Code", "name": "Name", "price": "Price"}
    assert header in [title for title, _ in table.characteristics]
    alone = ["Code;Name;" + header, *(line.rpartition(";")[0] for line in ROWS)]
    assert issue_of(*alone).option == "column_mapping.price"


PLAIN = ("A-1;Cable 3x1.5;12.50", "A-2;Cable 5x2.5;13.75", "A-3;Gland M20;9.90")


@pytest.mark.parametrize(
    "sentence",
    [
        *("zzgl. Legierungszuschlag", "+ energy surcharge 5 %", "Teuerungszuschlag: 4 %"),
        *("All prices plus energy surcharge", "Prix hors supplément énergie"),
        "К ценам прибавляется надбавка 3 %",
    ],
)
@pytest.mark.parametrize("row", [1, 6])
def test_surcharge_that_only_a_sentence_adds_is_shown(sentence: str, row: int) -> None:
    lines = ["Code;Name;Price", *PLAIN]
    profile = read(*([sentence, "", *lines] if row == 1 else [*lines, "", sentence])).profile
    assert profile.price_facts["surcharge"].value == "not included"
    text = f'without a surcharge that may be added (row {row}, "{sentence}")'
    assert text in describe_profile(profile)


@pytest.mark.parametrize(
    "sentence",
    [
        *("Preise inkl. Energiezuschlag", "Mindermengenzuschlag 5 % unter 50 EUR"),
        *("Los precios incluyen el recargo energético", "Zuschlag 2 % bei Zahlung mit Karte"),
        "Preise zzgl. Pfand",
    ],
)
def test_other_sentences_about_charges_are_no_doubt(sentence: str) -> None:
    facts = read(sentence, "", "Code;Name;Price", *PLAIN).profile.price_facts
    assert not facts.keys() & {"surcharge", "deposit"}


@pytest.mark.parametrize(
    ("header", "charge"),
    [
        *(("Preis inkl. Pfand", "deposit"), ("Price incl. deposit", "deposit")),
        *(("Prix consigne comprise", "deposit"), ("Pris inkl. pant", "deposit")),
        *(("Preis zzgl. Kupferzuschlag", "surcharge"), ("Price ex surcharge", "surcharge")),
        *(("Preis zzgl. Pfand", ""), ("Preis inkl. Kupferzuschlag", "")),
    ],
)
def test_charge_that_the_price_header_names_is_shown(header: str, charge: str) -> None:
    profile = read(f"Code;Name;{header}", *PLAIN).profile
    assert profile.price_facts.keys() & {"surcharge", "deposit"} == {charge} - {""}
    sentence = describe_profile(profile)
    assert ("including a deposit" in sentence) == (charge == "deposit")
    assert ("without a surcharge that may be added" in sentence) == (charge == "surcharge")


def test_sentence_about_a_deposit_is_shown() -> None:
    profile = read("Code;Name;Price", *PLAIN, "", "Preise inkl. Pfand").profile
    assert 'including a deposit (row 6, "Preise inkl. Pfand")' in describe_profile(profile)
