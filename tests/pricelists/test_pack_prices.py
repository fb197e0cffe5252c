"""The price of a pack beside the price of a piece, and alone."""

from decimal import Decimal
from typing import Any

import pytest

from pricebook.pricelists.profile_sentence import describe_profile
from pricebook.pricelists.schemas.price_list_rows import PriceTier
from pricelists.fact_lists import columns_of, issue_of, table_of
from pricelists.price_lists import ReadResult, read_price_list
from pricelists.price_tables import Table, details_of

BODY = ("10233;Cola burk;24;149;7.20", "10234;Soda burk;20;99.50;5.50", "10251;Cola PET;24;219;")


def read(*lines: str, **options: Any) -> ReadResult:
    return read_price_list("\n".join(lines) + "\n", "EUR", **options)


@pytest.mark.parametrize(
    ("size", "pack", "piece"),
    [
        *(("Antal/kolli", "Pris kolli", "Pris styck"), ("VPE", "Preis/VPE", "Preis/Stk")),
        *(("Pcs per case", "Case price", "Unit price"), ("Uds/caja", "Precio caja", "Precio ud.")),
        *(
            ("Pack size", "Price per pack", "Price"),
            ("Шт. в упаковке", "Цена за уп.", "Цена за шт"),
        ),
        *(("Koli içi", "Koli fiyatı", "Birim fiyat"), ("Inhoud doos", "Prijs doos", "Prijs")),
    ],
)
def test_price_of_a_pack_counts_where_pieces_have_none(size: str, pack: str, piece: str) -> None:
    header = f"Code;Name;{size};{pack};{piece}"
    columns = columns_of(table_of(header, *BODY))
    assert (columns["price"], columns["pack_price"], columns["pack_size"]) == (piece, pack, size)
    result = read(header, *BODY)
    prices = [item.price for item in result.items]
    assert prices == [Decimal("7.20"), Decimal("5.50"), Decimal("9.125")]


def test_merged_header_of_pack_and_piece() -> None:
    lines = ["Art.nr;Benämning;Antal/kolli;Pris;", ";;;Kolli;Styck", *BODY]
    columns = columns_of(table_of(*lines))
    assert (columns["price"], columns["pack_price"]) == ("Pris Styck", "Pris Kolli")


@pytest.mark.parametrize(
    "header",
    [
        # no pack size, that of another pack, two prices of packs
        "Code;Name;X;Price per pack;Price",
        "Code;Name;Pcs per carton;Price per pallet;Price",
        "Code;Name;Pcs per carton;Price/box;Price",
    ],
)
def test_price_of_a_pack_without_its_size_is_a_characteristic(header: str) -> None:
    table = table_of(header, *BODY)
    assert "pack_price" not in table.columns
    assert columns_of(table)["price"] == "Price"
    assert read(header, *BODY).rejected[0].error_type == "missing_price"


def test_price_that_is_none_of_packs_by_the_sample_is_a_characteristic() -> None:
    rows = ["A-1;Lamp;10;5.00;4.00", "A-2;Saw;12;6.00;5.00", "A-3;Tape;6;2.00;"]
    assert "pack_price" not in table_of("Code;Name;Pack size;Price per pack;Price", *rows).columns


def test_price_of_a_pack_alone_needs_its_size() -> None:
    rows = [line.rpartition(";")[0] for line in BODY]
    result = read("Code;Name;Antal/kolli;Pris kolli", *rows)
    assert [item.price for item in result.items][2] == Decimal("9.125")
    assert issue_of("Code;Name;X;Pris kolli", *rows).option == "column_mapping.pack_size"
    # the size of another pack is in doubt
    issue = issue_of("Code;Name;Pcs per carton;Price per pallet", *rows)
    assert issue.option == "column_mapping.pack_size"


def test_below_a_merged_header_the_pack_size_is_no_price() -> None:
    lines = [
        ";;Tarifa distribuidor;;PVP rec.",
        "Ref.;Descripción;Uds/caja;€/caja;€/ud",
        *("A-1;Atún claro;24;47.52;3.15", "A-2;Bonito;12;93.00;12.50", "A-3;Melva;24;62.40;4.10"),
    ]
    columns = columns_of(table_of(*lines, currency="EUR"))
    assert columns["price"] == "Tarifa distribuidor €/caja"
    assert columns["pack_size"] == "Tarifa distribuidor Uds/caja"
    assert columns["list_price"] == "PVP rec. €/ud"
    assert read(*lines).items[0].price == Decimal("1.98")


@pytest.mark.parametrize(
    ("pack", "price"),
    [("Confezione", "Prezzo a conf."), ("Gebinde", "Preis/Gebinde"), ("Pack", "Price per pack")],
)
def test_pack_of_a_measured_content_is_the_article(pack: str, price: str) -> None:
    rows = ["P-1;Smalto;4 l;4;13.60", "P-2;Smalto;0,375 l;12;6.15", "P-3;Rullo;25 cm;10;5.35"]
    header = f"Code;Name;{pack};Pz. x cartone;{price}"
    table = table_of(header, *rows, currency="EUR")
    assert (table.basis.prices_per_pack, table.basis.unit) == (False, "XPK")
    assert [item.price for item in read(header, *rows).items] == [
        *(Decimal("13.60"), Decimal("6.15"), Decimal("5.35"))
    ]
    pieces = [row.replace(" l", "").replace(" cm", "") for row in rows]
    counted = table_of(f"Code;Name;{pack};X;{price}", *pieces, currency="EUR")
    assert counted.basis.prices_per_pack


# Rows.


def test_both_prices_are_tiers() -> None:
    table = Table("pack_size", "pack_price", "min_order_quantity")
    item = table.item("7.20", "24", "149")
    assert item.price == Decimal("7.20")
    assert details_of(item).price_tiers == (
        PriceTier(Decimal(1), Decimal("7.20")),
        PriceTier(Decimal(24), Decimal("6.208333")),
    )
    assert table.item("7.20", "24", "149", "24").price == Decimal("6.208333")
    assert table.item("7.20", "24", "149", "12").price == Decimal("7.20")


def test_only_a_whole_pack_can_be_bought() -> None:
    item = Table("pack_size", "pack_price", "discount").item("", "24", "219", "10")
    details = details_of(item)
    assert (item.price, details.list_price, details.price_quantity) == (Decimal("8.2125"), 219, 24)
    assert details.min_order_quantity == 24


@pytest.mark.parametrize("size", ["", "some"])
def test_price_of_a_pack_of_unknown_size_is_rejected(size: str) -> None:
    assert Table("pack_size", "pack_price").rejected("", size, "219").error_type == (
        "pack_size_unknown"
    )
    assert Table("pack_size", "pack_price").item("5", size, "219").price == 5


def test_price_on_request_comes_before_a_pack_size_that_is_missing() -> None:
    row = Table("pack_size", prices_per_pack=True).rejected("on request", "")
    assert row.error_type == "price_on_request"


def test_row_without_any_price_is_rejected() -> None:
    assert Table("pack_size", "pack_price").rejected("", "24", "").error_type == "missing_price"
    assert Table("pack_size", "pack_price").rejected("–", "24", "x").error_type == (
        "price_not_a_number"
    )


def test_retail_price_beside_the_price_of_a_box_is_a_list_price() -> None:
    rows = ("g1;Atún;24;48,00;3,10", "g2;Bonito;12;96,00;12,00", "g3;Melva;24;60,00;4,00")
    table = table_of("Ref.;Descripción;Uds/caja;Precio caja;PVP ud.", *rows, currency="EUR")
    assert columns_of(table)["price"] == "Precio caja"
    assert table.basis.prices_per_pack


@pytest.mark.parametrize(
    ("sentence", "size"),
    [
        ("Ceny netto za opakowanie (j.m.), bez VAT 23 %.", "Szt./paleta"),
        ("All prices are per box, excluding VAT.", "Pcs per pallet"),
        ("Alle Preise je Karton, zzgl. MwSt.", "Stk. pro Palette"),
    ],
)
def test_pack_of_a_sentence_has_not_the_size_of_another_pack(sentence: str, size: str) -> None:
    rows = ["A-1;Grout;42;17.90", "A-2;Glue;30;32.40", "A-3;Foam;24;54.80"]
    issue = issue_of(sentence, "", f"Code;Name;{size};Price", *rows)
    assert issue.option == "column_mapping.pack_size"
    assert "price_quantity=1" in issue.message
    lines = [sentence, "", f"Code;Name;{size};Price", *rows]
    prices = [item.price for item in read(*lines, price_quantity=1).items]
    assert prices == [Decimal("17.90"), Decimal("32.40"), Decimal("54.80")]


@pytest.mark.parametrize("header", ["Sold as", "Pack size"])
def test_packs_that_name_their_sizes(header: str) -> None:
    sentence = "Prices in EUR per pack as sold, excluding VAT."
    rows = ["A-1;Pen;Box of 50;6.50", "A-2;Pad;Pack of 12;6.00", "A-3;Stapler;Each;7.25"]
    result = read(sentence, "", f"Code;Name;{header};Price", *rows)
    assert [item.price for item in result.items] == [
        *(Decimal("0.13"), Decimal("0.5"), Decimal("7.25")),
    ]


@pytest.mark.parametrize(
    ("sentence", "header", "sizes"),
    [
        ("Trade prices are per outer, exclusive of VAT.", "Outer", ("1 x 24", "1 x 6", "Each")),
        ("Alle prijzen per colli, excl. BTW", "Inhoud colli", ("24 x 0,30 ltr", "6x1L", "1 st")),
    ],
)
def test_contents_of_packs_are_their_sizes(
    sentence: str, header: str, sizes: tuple[str, ...]
) -> None:
    named = zip(
        ("A-1;Beans", "A-2;Water", "A-3;Keg"), sizes, ("12.00", "9.00", "70.00"), strict=True
    )
    result = read(sentence, "", f"Code;Name;{header};Price", *map(";".join, named))
    assert [item.price for item in result.items] == [Decimal("0.5"), Decimal("1.5"), Decimal(70)]


@pytest.mark.parametrize("size", ["10 x 50", "6 x 4 mm"])
def test_product_of_two_numbers_is_no_size(size: str) -> None:
    sentence = "Trade prices are per outer, exclusive of VAT."
    result = read(sentence, "", "Code;Name;Outer;Price", f"A-1;Pad;{size};12.00", "A-2;Pen;6;3.00")
    assert [item.price for item in result.items] == [Decimal("0.5")]
    assert size in result.rejected[0].error_message


@pytest.mark.parametrize("unit", ["op. 100 szt", "Box of 100", "уп. 100 шт"])
def test_unit_that_names_the_size_of_a_pack_is_the_article(unit: str) -> None:
    result = read("Code;Name;Unit;Price", f"A-1;Clips, 100 pcs;{unit};6.00", "A-2;Drill;pcs;7.50")
    assert [item.price for item in result.items] == [Decimal("6.00"), Decimal("7.50")]


@pytest.mark.parametrize(
    "title", ["Prijslijst horeca per 1 oktober 2026", "Preise per 1. März 2026", "Prices per 1 May"]
)
def test_day_of_a_title_is_no_quantity(title: str) -> None:
    rows = ("A-1;Beans;24;12.00", "A-2;Water;6;9.00")
    result = read(title, "Alle prijzen per colli", "", "Code;Name;Inhoud colli;Price", *rows)
    assert [item.price for item in result.items] == [Decimal("0.5"), Decimal("1.5")]


UNIT_ROWS = ("A-1;Screws;pack;200;10.00", "A-2;Drill;pcs;10;7.50", "A-3;Rope;m;50;1.20")


@pytest.mark.parametrize(
    ("statement", "size"),
    [
        ("Prices in EUR per UOM.", "Pkg Qty"),
        ("Prices in EUR per unit of measure", "Pack size"),
        ("Цены указаны за единицу измерения", "Кол-во в упак."),
        ("Prezzi di listino per unità di misura (U.M.)", "Conf."),
        ("Preise je Mengeneinheit (ME)", "VPE"),
    ],
)
def test_price_per_unit_of_measure_is_for_the_pack_where_that_is_the_unit(
    statement: str, size: str
) -> None:
    result = read(statement, "", f"Code;Name;Unit;{size};Price", *UNIT_ROWS)
    assert [item.price for item in result.items] == [
        Decimal("0.05"),
        Decimal("7.50"),
        Decimal("1.20"),
    ]
    details = details_of(result.items[0])
    assert (details.unit, details.price_quantity, details.pack_size) == ("H87", 200, 200)


@pytest.mark.parametrize(
    ("statement", "size", "options"),
    [
        ("Prices in EUR", "Pack size", {}),  # nothing states what they are for
        ("Prices in EUR per unit", "Pack size", {}),  # perhaps a piece
        ("Prices in EUR per UOM.", "Pcs per pallet", {}),  # a pallet has many packs
        ("Prices in EUR per UOM.", "Pack size", {"price_quantity": 1}),
    ],
)
def test_price_of_a_unit_that_is_a_pack_stays_as_listed_otherwise(
    statement: str, size: str, options: dict[str, Any]
) -> None:
    result = read(statement, "", f"Code;Name;Unit;{size};Price", *UNIT_ROWS, **options)
    assert result.items[0].price == Decimal("10.00")


def test_profile_sentence_names_prices_of_units_that_are_packs() -> None:
    lines = ("Prices in EUR per UOM.", "", "Code;Name;Unit;Pack size;Price", *UNIT_ROWS)
    expected = 'per pack of the size in column D "Pack size" where the unit is a pack (row 1)'
    assert expected in describe_profile(read(*lines).profile)


def test_price_that_does_not_fit_that_of_its_pack_rejects_the_row() -> None:
    header = "Item;Name;Unit cost;Case qty;Case cost"
    rows = [f"A-{size};Train;9.67;{size};{size * Decimal('9.20')}" for size in range(4, 9)]
    result = read(header, *rows, "B-1;Brush;850;12;102.00")
    assert len(result.items) == len(rows)
    (row,) = result.rejected
    assert row.error_type == "price_out_of_range"
    assert "The price 850" in row.error_message
    assert "of a pack of 12 do not fit each other" in row.error_message
