"""Last days of promotions, in a column, a title or a sentence; today is 26 November 2026."""

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists.profile_sentence import describe_profile
from pricebook.pricelists.reader import open_price_list
from pricebook.pricelists.schemas.price_list_rows import ItemRow, RejectedRow
from pricelists.fact_lists import TODAY, columns_of, issue_of, table_of
from pricelists.price_lists import ReadResult, read_request

HEADER = "Code;Name;Dealer EUR;Promo EUR;Promo until"
ROWS = (
    "S-1;Soap;2.40;1.90;2026-12-31",
    "S-2;Brush;3.15;;",
    "S-3;Sponge;1.20;0.95;2026-10-31",
    "S-4;Mop;7.80;6.50;2026-11-26",
)
PROMO_FIRST = ["Promo EUR", "Dealer EUR"]


def read(folder: Path, *lines: str, today: date = TODAY, **config: Any) -> ReadResult:
    path = folder / "list.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    request = msgspec.structs.replace(read_request(path, "EUR", **config), today=today)
    price_list = open_price_list(request)
    return ReadResult(price_list.profile, list(price_list.rows()))


def prices(result: ReadResult) -> dict[str, str]:
    """Return the price of each code, with what follows it and when."""
    return {row.supplier_sku: price_text(row) for row in result.items}


def price_text(row: ItemRow) -> str:
    later = f", {row.next_price} from {row.next_from}" if row.next_from else ""
    return f"{row.price}{later}"


def test_promotion_without_a_known_regular_price_has_no_next_price(tmp_path: Path) -> None:
    result = read(tmp_path, HEADER, *ROWS[:1], column_mapping={"price": "Promo EUR"})
    assert prices(result) == {"S-1": "1.90"}


@pytest.mark.parametrize("regular", ["2.40", ""])
def test_promotion_that_begins_after_its_end_is_in_doubt(tmp_path: Path, regular: str) -> None:
    header = "Code;Name;Dealer EUR;Promo EUR;Promo from;Promo until"
    rows = (f"S-1;Soap;{regular};1.90;2026-12-10;2026-11-30", "S-2;Mop;3.10;2.90;;2026-12-31")
    row = only_rejected(read(tmp_path, header, *rows, price_columns=PROMO_FIRST))
    assert row.error_type == "date_unknown"
    assert "begins on 2026-12-10 and ends on 2026-11-30" in row.error_message


def only_rejected(result: ReadResult) -> RejectedRow:
    (row,) = result.rejected
    return row


def test_promotion_holds_until_its_last_day(tmp_path: Path) -> None:
    result = read(tmp_path, HEADER, *ROWS, price_columns=PROMO_FIRST)
    assert prices(result) == {
        "S-1": "1.90, 2.40 from 2027-01-01",
        "S-2": "3.15",
        "S-3": "1.20",
        "S-4": "6.50, 7.80 from 2026-11-27",
    }
    assert result.profile.columns["valid_until"] == "Promo until"
    assert "Promo until" not in result.profile.characteristic_columns
    sentence = describe_profile(result.profile, 4)
    assert 'promotion prices until the day in column E "Promo until"' in sentence


@pytest.mark.parametrize(
    ("price", "until"),
    [
        *(("Promo", "Promo until"), ("Promo", "Promo end"), ("Promo", "until"), ("Promo", "To")),
        *(("Promo", "Valid to"), ("Promo price", "Offer ends"), ("Aktion", "Aktion bis")),
        *(("Aktionspreis", "Aktionsende"), ("Aktion", "gültig bis"), ("Aktion", "bis")),
        *(("Акция", "Акция до"), ("Акция", "Окончание акции"), ("Акция", "действует до")),
        *(("Prix promo", "Fin promo"), ("Promo", "Promo jusqu'au"), ("Promo", "valable jusqu'au")),
        *(("Oferta", "Fin de oferta"), ("Oferta", "Oferta hasta"), ("Oferta", "válido hasta")),
        *(("Promocja", "Promocja do"), ("Promocja", "Koniec promocji"), ("Promocja", "ważna do")),
        *(("Акція", "Акція до"), ("Акція", "Кінець акції"), ("Акція", "діє до")),
    ],
)
def test_column_of_last_days_is_recognised_beside_promotions(price: str, until: str) -> None:
    table = table_of(f"Code;Name;Price;{price};{until}", *ROWS, price_columns=[price, "Price"])
    assert columns_of(table)["valid_until"] == until
    # nor does it say anything of the price if the promotion is left out
    table = table_of(f"Code;Name;Price;{price};{until}", *ROWS, ignored_columns=[price])
    assert "valid_until" not in columns_of(table)


def test_period_in_one_cell(tmp_path: Path) -> None:
    rows = (
        "S-1;Soap;2.40;1.90;01.11.-30.11.2026",
        "S-2;Brush;3.15;3.00;01.10.2026 - 31.10.2026",
        "S-3;Sponge;1.20;0.95;01.12.-24.12.2026",
        "S-4;Mop;7.80;6.50;bis 15.12.2026",
    )
    header = "Code;Name;Preis;Aktion;Aktionszeitraum"
    result = read(tmp_path, header, *rows, price_columns=["Aktion", "Preis"])
    assert prices(result) == {
        "S-1": "1.90, 2.40 from 2026-12-01",
        "S-2": "3.15",
        "S-3": "1.20",
        "S-4": "6.50, 7.80 from 2026-12-16",
    }


@pytest.mark.parametrize("titles", ["Promo from;Promo until", "Valid from;Valid to"])
def test_promotion_that_begins_later_is_not_the_price_of_today(tmp_path: Path, titles: str) -> None:
    rows = (
        "S-1;Soap;2.40;1.90;2026-11-01;2026-12-31",
        "S-2;Brush;3.15;;;",
        "S-3;Sponge;1.20;0.95;2026-12-01;2026-12-24",
        "S-4;Mop;7.80;6.50;2026-10-01;2026-10-31",
    )
    result = read(
        tmp_path, f"Code;Name;Price;Promo;{titles}", *rows, price_columns=["Promo", "Price"]
    )
    assert prices(result) == {
        "S-1": "1.90, 2.40 from 2027-01-01",
        "S-2": "3.15",
        "S-3": "1.20",
        "S-4": "7.80",
    }


def test_last_day_that_is_not_understood_rejects_the_row(tmp_path: Path) -> None:
    rows = (*ROWS, "S-5;Pail;5.00;4.00;while stocks last", "S-6;Cloth;1.00;;soon")
    result = read(tmp_path, HEADER, *rows, price_columns=PROMO_FIRST)
    row = only_rejected(result)
    assert (row.supplier_sku, row.error_type) == ("S-5", "date_unknown")
    assert '"while stocks last" (column "Promo until")' in row.error_message
    assert prices(result)["S-6"] == "1.00"


def test_promotion_without_a_last_day_holds(tmp_path: Path) -> None:
    result = read(
        tmp_path,
        HEADER,
        *ROWS,
        "S-5;Pail;5.00;4.00;",
        "S-6;Cloth;1.00;0.80;31.12.9999",
        price_columns=PROMO_FIRST,
    )
    assert prices(result)["S-5"] == "4.00"
    assert prices(result)["S-6"] == "0.80"


def test_promotion_alone_is_no_price_after_its_last_day(tmp_path: Path) -> None:
    result = read(tmp_path, HEADER, *ROWS, "S-5;Pail;;4.00;2026-11-25", price_columns=PROMO_FIRST)
    row = only_rejected(result)
    assert (row.supplier_sku, row.error_type) == ("S-5", "price_expired")
    assert row.error_message == (
        'The promotion price (column "Promo EUR") held until 2026-11-25, and the row has no other '
        "price: write the price of today, or correct the day."
    )
    # so it is if no other column is read
    result = read(tmp_path, HEADER, *ROWS, column_mapping={"price": "Promo EUR"})
    assert prices(result) == {"S-1": "1.90", "S-4": "6.50"}
    assert [row.error_type for row in result.rejected] == ["missing_price", "price_expired"]


def test_promotion_alone_that_begins_later(tmp_path: Path) -> None:
    rows = [row.replace("2026-12-31", "01.12.2026-31.12.2026") for row in ROWS]
    result = read(tmp_path, HEADER, *rows, column_mapping={"price": "Promo EUR"})
    assert prices(result)["S-1"] == "None, 1.90 from 2026-12-01"


def test_price_with_the_last_days_of_a_promotion(tmp_path: Path) -> None:
    rows = [f"{row.rpartition(';')[0].rpartition(';')[0]};{row.split(';')[4]}" for row in ROWS]
    result = read(tmp_path, "Code;Name;Price;Promo until", *rows)
    assert prices(result) == {"S-1": "2.40", "S-2": "3.15", "S-4": "7.80"}
    assert only_rejected(result).error_type == "price_expired"
    result = read(tmp_path, "Code;Name;Price;Promo until", *rows, ignored_columns=["Promo until"])
    assert len(result.items) == 4


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Promo until 15.12.", "1.90, 2.40 from 2026-12-16"),
        ("Promo bis 15.12.2026", "1.90, 2.40 from 2026-12-16"),
        ("Aktion 01.11.-30.11.", "1.90, 2.40 from 2026-12-01"),
        ("Promo until 15.11.", "2.40"),
        ("Aktion 15.12.-15.01.", "2.40"),
        ("Promo 01.10.2026-31.10.2026", "2.40"),
        ("Promo price from 15.01.2027", "2.40"),
        ("Promo", "1.90"),
    ],
)
def test_days_in_the_title_of_the_promotion(tmp_path: Path, title: str, expected: str) -> None:
    rows = [row.rpartition(";")[0] for row in ROWS]
    header = f"Code;Name;Price;{title}"
    result = read(tmp_path, header, *rows, price_columns=[title, "Price"])
    assert prices(result)["S-1"] == expected
    assert prices(result)["S-2"] == "3.15"


def test_day_of_a_title_without_its_year_is_the_nearest_one(tmp_path: Path) -> None:
    rows = [row.rpartition(";")[0] for row in ROWS]
    for today, expected in (
        (date(2026, 12, 15), "1.90, 2.40 from 2026-12-16"),
        (date(2027, 1, 5), "2.40"),
    ):
        header = "Code;Name;Price;Promo until 15.12."
        columns = ["Promo until 15.12.", "Price"]
        result = read(tmp_path, header, *rows, today=today, price_columns=columns)
        assert prices(result)["S-1"] == expected


def test_title_with_a_day_in_doubt_is_refused(tmp_path: Path) -> None:
    rows = [row.rpartition(";")[0] for row in ROWS]
    title = "Promo until 12/11/2026"
    with pytest.raises(PriceListError, match="12/11/2026") as raised:
        read(tmp_path, f"Code;Name;Price;{title}", *rows, price_columns=[title, "Price"])
    assert "write it as" in raised.value.message


def test_days_of_promotions_above_the_table(tmp_path: Path) -> None:
    rows = [row.rpartition(";")[0] for row in ROWS]
    options: dict[str, Any] = {"price_columns": ["Promo", "Price"]}
    for said, expected in (
        ("Promo prices hold from 2026-11-20 to 2026-12-19 only", "1.90, 2.40 from 2026-12-20"),
        ("Promo prices hold until 2026-11-25", "2.40"),
    ):
        result = read(tmp_path, said, "Code;Name;Price;Promo", *rows, **options)
        assert prices(result)["S-1"] == expected
        assert "until" in describe_profile(result.profile, 4)


def test_days_without_a_word_for_their_meaning_are_a_question() -> None:
    lines = ("Code;Name;Price;Promo;Promo date", *ROWS)
    issue = issue_of(*lines, price_columns=["Promo", "Price"])
    assert (issue.option, issue.candidates) == ("column_mapping.valid_until", ("Promo date",))
    for field in ("valid_until", "valid_from"):
        options: dict[str, Any] = {
            "price_columns": ["Promo", "Price"],
            "column_mapping": {field: "Promo date"},
        }
        assert columns_of(table_of(*lines, **options))[field] == "Promo date"


def test_set_column_of_last_days_is_that_of_the_first_price(tmp_path: Path) -> None:
    result = read(
        tmp_path,
        "Code;Name;Price;Summer;Note",
        *ROWS,
        price_columns=["Summer", "Price"],
        column_mapping={"valid_until": "Note"},
    )
    assert prices(result)["S-3"] == "1.20"
    assert prices(result)["S-1"] == "1.90, 2.40 from 2027-01-01"


def test_question_about_promotions_has_the_setting_that_takes_them() -> None:
    issue = issue_of(HEADER.replace("Dealer EUR", "Price"), *ROWS)
    assert """price_columns='["Promo EUR","Price"]'""" in issue.message
    assert '"Promo until"' in issue.message


def test_price_after_a_promotion(tmp_path: Path) -> None:
    header = "Code;Name;Dealer EUR;Dealer USD;Promo EUR;Promo until"
    rows = (
        "S-1;Soap;call;2.60;1.90;2026-12-31",
        "S-2;Brush;;3.40;3.00;2026-12-31",
        "S-3;Sponge;x1x;1.30;0.95;2026-12-31",
        "S-4;Mop;7.80;8.50;6.50;2026-12-31",
        "S-5;Pail;7.80;8.50;7.80;2026-12-31",
        "S-6;Cloth;;8.50;;",
    )
    columns = ["Promo EUR", "Dealer EUR", "Dealer USD"]
    result = read(tmp_path, header, *rows, price_columns=columns)
    assert prices(result) == {
        "S-1": "1.90",
        "S-2": "3.00",
        "S-4": "6.50, 7.80 from 2027-01-01",
        "S-5": "7.80",
        "S-6": "8.50",
    }
    assert only_rejected(result).supplier_sku == "S-3"


def test_new_price_beside_a_promotion(tmp_path: Path) -> None:
    header = "Code;Name;Price;Price from 01.12.2026;Promo;Promo until"
    rows = (
        "S-1;Soap;2.40;2.60;1.90;2026-12-31",
        "S-2;Brush;3.15;3.40;3.00;2026-11-28",
        "S-3;Sponge;1.20;1.30;;",
        "S-4;Mop;7.80;8.50;6.50;2026-10-31",
    )
    result = read(tmp_path, header, *rows, price_columns=["Promo", "Price"])
    assert prices(result) == {
        "S-1": "1.90, 2.60 from 2027-01-01",
        "S-3": "1.20, 1.30 from 2026-12-01",
        "S-4": "7.80, 8.50 from 2026-12-01",
    }
    # an item has one later price, and which one to leave out is to be decided
    row = only_rejected(result)
    assert row.supplier_sku == "S-2"
    assert "a price from 2026-11-29, after its promotion, and a new one from 2026-12-01" in (
        row.error_message
    )


def test_promotion_of_a_pack_beside_the_price_of_a_piece(tmp_path: Path) -> None:
    header = "Code;Name;Pack size;Price each;Price from 01.12.2026;Promo price per pack;Promo until"
    rows = ("S-1;Soap;10;2.40;;19.00;2026-11-28", "S-2;Brush;10;3.15;3.40;30.00;2026-11-28")
    rows = (*rows, "S-3;Mop;10;7.80;;;", "S-4;Pail;10;5.00;;4.00;2026-12-31")
    columns = ["Promo price per pack", "Price each"]
    result = read(tmp_path, header, *rows, price_columns=columns)
    assert prices(result) == {"S-1": "1.9, 2.40 from 2026-11-29", "S-3": "7.80"}
    found = {row.supplier_sku: row.error_type for row in result.rejected}
    assert found == {"S-2": "date_unknown", "S-4": "price_out_of_range"}


@pytest.mark.parametrize(
    "title",
    [
        *("Valid to", "Valid until", "gültig bis", "Preis gültig bis", "действует до"),
        *("valable jusqu'au", "válido hasta", "ważna do", "діє до"),
    ],
)
def test_last_days_of_all_prices_are_no_first_days(title: str) -> None:
    rows = ("A-1;Screw;12.50;2026-12-31", "A-2;Nut;13.70;2026-12-31", "A-3;Bolt;9.90;2027-01-31")
    assert columns_of(table_of(f"Code;Name;Price;{title}", *rows)).keys() == {
        "sku",
        "name",
        "price",
    }


@pytest.mark.parametrize(
    "said",
    [
        "Promo prices hold from 2026-12-07 to 2026-12-19 only",
        "Aktionspreise gültig ab 07.12.2026 bis 19.12.2026",
        "Цены по акции действуют с 07.12.2026 по 19.12.2026",
    ],
)
def test_first_day_of_promotions_is_not_that_of_the_other_prices(tmp_path: Path, said: str) -> None:
    rows = [row.rpartition(";")[0] for row in ROWS]
    lines = (said, "Code;Name;Price;Promo", *rows)
    choices: list[dict[str, Any]] = [
        {"price_columns": ["Promo", "Price"]},
        {"ignored_columns": ["Promo"]},
    ]
    for options in choices:
        assert prices(read(tmp_path, *lines, **options))["S-1"] == "2.40"
    # a list that has no other prices than those of the promotion begins on its first day
    rows = [row.rpartition(";")[0] for row in rows]
    result = read(tmp_path, said, "Code;Name;Price", *rows)
    assert prices(result)["S-1"] == "None, 2.40 from 2026-12-07"
