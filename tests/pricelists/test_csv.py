"""CSV of every dialect: delimiter, quoting, malformed records, row numbers."""

import pytest

from pricebook.errors import PriceListError
from pricelists.price_lists import csv_text, read_price_list, read_single_item


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_detected(delimiter: str) -> None:
    content = csv_text("1;Lamp;5.50", "2;Cable;7.25").replace(";", delimiter)
    result = read_price_list(content)
    assert result.profile.delimiter == delimiter
    assert [row.name for row in result.items] == ["Lamp", "Cable"]


def test_decimal_commas_are_no_delimiters() -> None:
    result = read_price_list(csv_text(*(f"{number};Lamp;{number},50" for number in range(1, 50))))
    assert result.profile.delimiter == ";"
    assert len(result.items) == 49


def test_header_decides_between_delimiters_of_every_row() -> None:
    lines = ("1;a, b, c, d;5", "2;e, f, g, h;6")
    result = read_price_list(csv_text(*lines, header="sku;name;price, net, per piece, USD"))
    assert result.profile.delimiter == ";"


def test_delimiter_is_detected_with_configured_header() -> None:
    content = csv_text("1;Lamp;5,50", "2;Cable;7,25", header="a;b;c")
    result = read_price_list(
        content, header_row=1, column_mapping={"sku": "a", "name": "b", "price": "c"}
    )
    assert result.profile.delimiter == ";"


def test_sep_line_sets_the_delimiter_and_counts_as_row() -> None:
    result = read_price_list("sep=^\r\nsku^name^price\r\n1^Lamp; big, red^5\r\n")
    assert result.profile.delimiter == "^"
    assert result.outcomes == ["ignored", "ignored", "item"]
    assert result.rows[2].row_number == 3


@pytest.mark.parametrize(
    ("given", "delimiter"), [("^", "^"), ("tab", "\t"), ("\\t", "\t"), (";", ";")]
)
def test_delimiter_can_be_set(given: str, delimiter: str) -> None:
    content = csv_text("1;Lamp;5").replace(";", delimiter)
    assert read_single_item(content, delimiter=given).name == "Lamp"


@pytest.mark.parametrize("given", ["", ";;", "a", "1", '"', " ", "\n", "\r", "."])
def test_invalid_delimiter_is_refused(given: str) -> None:
    if given:
        with pytest.raises(PriceListError, match="cannot separate cells"):
            read_price_list(csv_text("1;Lamp;5"), delimiter=given)
    else:
        assert read_single_item(csv_text("1;Lamp;5"), delimiter=given).name == "Lamp"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_supported(end: str) -> None:
    result = read_price_list(csv_text("1;Lamp;5", "2;Cable;6").replace("\n", end))
    assert [row.name for row in result.items] == ["Lamp", "Cable"]


def test_quotes_and_delimiters_inside_cells_are_kept() -> None:
    assert read_single_item(csv_text('1;"Lamp ""24""; red";5')).name == 'Lamp "24"; red'


def test_space_before_quoted_cell_is_skipped() -> None:
    assert read_single_item('sku, name, price\n1, "Lamp, red", 5\n').name == "Lamp, red"


def test_cell_with_line_breaks_is_one_row() -> None:
    result = read_price_list(csv_text('1;"Lamp\r\nred";5', "", "2;Cable;6", "3;;7"))
    assert [(row.row_number, row.outcome) for row in result.rows] == [
        *((1, "ignored"), (2, "item"), (3, "ignored"), (4, "item"), (5, "rejected")),
    ]
    assert result.items[0].name == "Lamp red"


def test_stray_quote_within_one_line_is_tolerated() -> None:
    result = read_price_list(csv_text('1;"Monitor" 24 inch;5', '2;24" monitor;6'))
    assert [row.name for row in result.items] == ["Monitor 24 inch", '24" monitor']


def test_unclosed_quote_rejects_the_record() -> None:
    result = read_price_list(csv_text('1;"Monitor 24;5', '2;"Cable";3', "3;Lamp;7"))
    assert result.outcomes == ["ignored", "rejected", "item"]
    assert result.rejected[0].error_type == "malformed_row"
    assert "2 line(s)" in result.rejected[0].error_message
    assert result.items[0].supplier_sku == "3"


def test_each_malformed_record_is_one_rejected_row() -> None:
    result = read_price_list(csv_text('1;"Monitor;5', '2;"Cable";3', '3;"Monitor;5', '4;"Cable";3'))
    assert [row.row_number for row in result.rejected] == [2, 3]
    assert all("2 line(s)" in row.error_message for row in result.rejected)


def test_truncated_quoted_cell_rejects_only_the_last_row() -> None:
    result = read_price_list(
        csv_text("1;Lamp;5", '2;Cable;6;"cut o', header="sku;name;price;note").rstrip("\n")
    )
    assert result.outcomes == ["ignored", "item", "rejected"]


def test_cell_over_the_csv_limit_is_rejected() -> None:
    long = "x" * 200_000
    result = read_price_list(csv_text(f'1;"{long}";5', f"2;{long};5", "3;Lamp;7"))
    assert result.outcomes == ["ignored", "rejected", "rejected", "item"]
    assert {row.error_type for row in result.rejected} == {"malformed_row"}


def test_file_without_line_ends_is_refused() -> None:
    with pytest.raises(PriceListError, match="has no end"):
        read_price_list(csv_text("1;Lamp;5") + "2;" * 600_000)


def test_record_without_end_is_refused() -> None:
    with pytest.raises(PriceListError, match="has no end"):
        read_price_list(csv_text('1;"Lamp;5', *["\n" * 11_000]))


def test_short_rows_are_padded_and_empty_extra_cells_dropped() -> None:
    result = read_price_list(csv_text("1;Lamp;5", "2;Cable;6;;;", header="sku;name;price;Colour"))
    assert [row.characteristics for row in result.items] == [{"Colour": None}] * 2


def test_row_with_too_many_cells_is_rejected() -> None:
    result = read_price_list("sku,name,price\n1,Lamp,5,99\n2,Cable,6.50\n")
    assert [row.error_type for row in result.rejected] == ["too_many_cells"]
    assert result.rejected[0].row_data == ["1", "Lamp", "5", "99"]
    assert "may contain a delimiter" in result.rejected[0].error_message


def test_columns_without_header_are_ignored() -> None:
    result = read_price_list(csv_text(";1;?;Lamp;;5;", header=";sku;;name;;price;"))
    assert (result.items[0].supplier_sku, result.items[0].characteristics) == ("1", {})


def test_more_than_1000_columns_are_refused() -> None:
    with pytest.raises(PriceListError, match="more than 1,000 columns"):
        read_price_list("sku;name;price" + ";x" * 1000 + "\n1;Lamp;5\n")
