"""Tables of discounts by group above the articles, in the same sheet."""

import pytest

from pricebook.errors import PriceListError, PriceListIssue
from pricelists.fact_lists import issues_of as detected_issues
from pricelists.price_lists import ReadResult, read_price_list

SCHEDULE = (
    "Disc Sched,Line,Contractor,Distributor",
    "F,Fasteners,0.52,0.41",
    "P,Pipe,0.60,0.475",
    "T,Tape,NET,NET",
    ",,,",
)
ARTICLES = (
    "Part No.,Description,UOM,List Price,Sched",
    "AX-100,Hex bolt,EA,$4.20,F",
    "AX-200,Elbow,EA,$9.80,P",
    "AX-300,Tee,EA,$12.40,P",
    "AX-400,Duct tape,EA,$3.15,T",
    "AX-500,Crane,EA,$999.00,Z",
)


def issues_of(*lines: str, currency: str = "USD", **options: object) -> dict[str, PriceListIssue]:
    with pytest.raises(PriceListError) as raised:
        read_price_list("\n".join(lines) + "\n", currency, **options)
    return {each.option: each for each in raised.value.issues}


def read(**options: object) -> ReadResult:
    return read_price_list("\n".join([*SCHEDULE, *ARTICLES]) + "\n", "USD", **options)


def test_column_whose_groups_have_discounts_above_is_a_question() -> None:
    issue = issues_of(*SCHEDULE, *ARTICLES)["discount_groups"]
    assert 'The column "Sched" has discount groups' in issue.message
    assert issue.candidates == ("F", "P", "T", "Z")


def test_its_setting_reads_the_prices() -> None:
    result = read(discount_groups={"F": "59", "P": "52.5", "T": "0"})
    prices = {item.supplier_sku: f"{item.price:f}" for item in result.items}
    assert prices == {"AX-100": "1.722", "AX-200": "4.655", "AX-300": "5.89", "AX-400": "3.15"}
    assert [row.error_type for row in result.rejected] == ["discount_group_unknown"]


def test_net_in_a_table_of_discounts_is_no_tax() -> None:
    lines = [line.replace(",", ";") for line in (*SCHEDULE, *ARTICLES)]
    issues = {each.option: each for each in detected_issues(*lines, catalog_vat="net")}
    assert issues["vat_included"].candidates == ("false", "true")


@pytest.mark.parametrize(
    ("above", "article"),
    [
        (("Rabattgruppe;Ihr Rabatt", "10;38 %", "20;45 %"), "Art.-Nr.;Bezeichnung;Preis;WG"),
        (("Gr.;Opis;Rabat", "10;Śruby;38%", "20;Kołki;45%"), "Indeks;Nazwa;Cena;Rodz."),
        (("Группа;Скидка", "10;38%", "20;45%"), "Артикул;Наименование;Цена;Вид"),
        (("Class;Multiplier", "10;.38", "20;.45"), "Item;Name;Price;Typ"),
    ],
)
def test_tables_of_percentages(above: tuple[str, ...], article: str) -> None:
    rows = ["A-1;Lamp blue;24,50;20", "A-2;Lamp red;28,90;10", "A-3;Lamp;31,00;10"]
    assert "discount_groups" in issues_of(*above, article, *rows, currency="EUR")


@pytest.mark.parametrize(
    "above",
    [
        ("Size;Weight", "10;0.5", "20;0.7"),
        ("Tax;Rate", "10;19 %"),
        ("Code;VAT", "10;19 %", "20;7 %"),
        ("Rabatt;Menge", "ab 100 Stück;2 %", "ab 500 Stück;4 %"),
    ],
)
def test_other_tables_are_none(above: tuple[str, ...]) -> None:
    rows = ["A-1;Lamp blue;24,50;20", "A-2;Lamp red;28,90;10", "A-3;Lamp;31,00;10"]
    lines = [*above, "Art.-Nr.;Bezeichnung;Preis;WG", *rows]
    assert read_price_list("\n".join(lines) + "\n", "EUR").items
