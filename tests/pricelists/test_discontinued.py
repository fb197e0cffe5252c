"""Articles that a list marks as no longer sold are rejected, and their items become absent."""

import pytest

from pricelists.price_lists import ReadResult, csv_text, read_next_price_list, read_price_list

LINES = ("A1;Lamp;12.50", "A2;Cable;13.70", "A3;Plug;9.90")


def with_column(header: str, *cells: str) -> str:
    lines = [f"{line};{cell}" for line, cell in zip(LINES, cells, strict=True)]
    return csv_text(*lines, header=f"sku;name;price;{header}")


def codes(result: ReadResult) -> list[str]:
    return [item.supplier_sku for item in result.items]


@pytest.mark.parametrize(
    ("header", "sold", "mark"),
    [
        ("Status", "active", "deleted"),
        ("Status", "aktiv", "gelöscht"),
        ("Status", "", "ausgelistet"),
        ("Статус", "в продаже", "Снят с производства"),
        ("Statut", "actif", "supprimé"),
        ("Estado", "activo", "Descatalogado"),
        ("Stan", "aktywny", "wycofany"),
        ("Статус", "активний", "знято з виробництва"),
        ("Availability", "in stock", "Discontinued."),
        ("Verfügbarkeit", "12", "nicht mehr lieferbar"),
        ("Bemerkung", "neu", "entfällt"),
        ("Colour", "red", "DISCONTINUED"),
        ("Farbe", "weiss", "weiss – nicht mehr lieferbar"),
        ("Colour", "red", "red (no longer available)"),
        ("Deleted", "", "x"),
        ("Löschkennzeichen", "", "X"),
        ("Gelöscht", "nein", "ja"),
        ("Discontinued", "0", "1"),
        ("Aktiv", "ja", "nein"),
        ("Is active", "TRUE", "FALSE"),
    ],
)
def test_marked_article_is_rejected_without_its_code(header: str, sold: str, mark: str) -> None:
    text = with_column(header, sold, mark, sold)
    result = read_price_list(text)
    (row,) = result.rejected
    assert codes(result) == ["A1", "A3"]
    assert (row.row_number, row.error_type, row.supplier_sku) == (3, "discontinued", None)
    assert f'"{mark}"' in row.error_message
    assert header in row.error_message
    ignored = read_price_list(text, ignored_columns=[header])
    assert codes(ignored) == ["A1", "A2", "A3"]
    following = read_next_price_list(text, ignored.profile)
    assert codes(following) == ["A1", "A2", "A3"]


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Fracht", "Zuschlag (entfällt ab 10)"),
        *(("Surface", "gestrichen"), ("Minimum order", "entfällt"), ("Colour", "x")),
        *(("Status", "new"), ("Status", "replaces deleted A9"), ("Deleted", "no")),
        *(("Active ingredient", "no"), ("Aktiv", "ja"), ("Status", "ausverkauft")),
    ],
)
def test_other_cells_mark_nothing(header: str, cell: str) -> None:
    assert codes(read_price_list(with_column(header, "", cell, ""))) == ["A1", "A2", "A3"]


def test_marked_article_without_a_price_and_mark_in_place_of_the_price() -> None:
    text = csv_text("A1;Lamp;1.50;", "A2;Cable;;deleted", header="sku;name;price;Status")
    (row,) = read_price_list(text).rejected
    assert (row.error_type, row.supplier_sku) == ("discontinued", None)
    text = csv_text("A1;Lamp;1.50", "A2;Cable;discontinued")
    (row,) = read_price_list(text).rejected
    assert (row.error_type, row.supplier_sku) == ("discontinued", None)


@pytest.mark.parametrize(
    "title", ["Discontinued articles", "Fuori produzione", "Снятые с производства товары"]
)
def test_rows_below_a_title_of_discontinued_articles_are_rejected(title: str) -> None:
    text = csv_text(LINES[0], f"{title};;", LINES[1], "Lighting;;", LINES[2])
    result = read_price_list(text)
    assert codes(result) == ["A1", "A3"]
    assert [(row.error_type, row.supplier_sku) for row in result.rejected] == [
        ("discontinued", None)
    ]
    assert f'the title "{title}"' in result.rejected[0].error_message


def test_repeated_header_with_a_title_of_marks_is_no_article() -> None:
    header = "sku;name;price;Discontinued"
    text = csv_text(f"{LINES[0]};", header, f"{LINES[1]};", header=header)
    assert read_price_list(text).outcomes == ["ignored", "item", "ignored", "item"]


def test_repeated_header_below_a_title_of_discontinued_articles_is_no_article() -> None:
    text = csv_text(LINES[0], "Discontinued articles;;", "sku;name;price", LINES[1])
    outcomes = read_price_list(text).outcomes
    assert outcomes == ["ignored", "item", "ignored", "ignored", "rejected"]


def test_category_of_discontinued_articles() -> None:
    text = csv_text("A1;Lamp;1.50;Old / Discontinued articles", header="sku;name;price;category")
    (row,) = read_price_list(text).rejected
    assert (row.error_type, row.supplier_sku) == ("discontinued", None)
