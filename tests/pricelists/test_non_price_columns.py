"""Numbers that are no prices by their headers, and columns of prices that only name the tax."""

import pytest

from pricelists.fact_lists import columns_of, issue_of, table_of

NAMES = ("P-1;Farba biała", "P-2;Rozpuszczalnik", "P-3;Grunt szary")
PRICES = ("41,50", "12,00", "15,40")
OTHER = {
    "ADR": ("3", "3", "9"),
    "Gefahrgutklasse": ("3", "3", "8"),
    "Класс опасности": ("3", "3", "9"),
    "PKWiU": ("20.30", "20.31", "20.35"),
    "CN": ("32091000", "38140090", "32081090"),
    "Zolltarifnummer": ("32091000", "38140090", "32081090"),
    "HS code": ("320910", "381400", "320810"),
    "Код ТН ВЭД": ("320910", "381400", "320810"),
    "Waga": ("1,20", "1,10", "5,10"),
    "Waga netto": ("1,20", "1,10", "5,10"),
    "EAN": ("5901234123457", "5901234123464", "5901234123471"),
    "Rok produkcji": ("2024", "2025", "2025"),
    "Model year": ("2024", "2025", "2025"),
    "% alc": ("12,5", "13,0", "11,5"),
}


def lines_of(header: str, *columns: tuple[str, ...]) -> list[str]:
    rows = [";".join(cells) for cells in zip(NAMES, *columns, strict=True)]
    return [f"Indeks;Nazwa;{header}", *rows]


@pytest.mark.parametrize("header", OTHER)
@pytest.mark.parametrize("price", ["Dla Państwa netto", "PLN netto", "Kwota netto", "Zł"])
def test_other_numbers_are_no_prices(header: str, price: str) -> None:
    lines = lines_of(f"{header};{price}", OTHER[header], PRICES)
    assert columns_of(table_of(*lines, currency="PLN"))["price"] == price


@pytest.mark.parametrize("header", ["Wartość netto", "Summe netto", "Montant HT", "Сумма без НДС"])
def test_sums_with_a_tax_are_offered_where_nothing_names_a_price(header: str) -> None:
    issue = issue_of(*lines_of(f"ADR;{header}", OTHER["ADR"], PRICES), currency="PLN")
    assert (issue.option, issue.candidates) == ("column_mapping.price", (header,))


def test_prices_with_words_in_their_cells_are_offered_too() -> None:
    cells = ("41,50 za wiadro", "12,00 za puszkę", "15,40 za worek")
    issue = issue_of(*lines_of("ADR;Dla Państwa netto", OTHER["ADR"], cells), currency="PLN")
    assert (issue.option, issue.candidates) == ("column_mapping.price", ("Dla Państwa netto",))


def test_net_weight_is_never_offered() -> None:
    lines = lines_of("Netto kg;Gewicht netto;Wert netto", OTHER["Waga"], OTHER["Waga"], PRICES)
    assert columns_of(table_of(*lines, currency="EUR"))["price"] == "Wert netto"
