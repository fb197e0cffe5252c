"""Articles that a list marks as net take no part in the discount of all prices."""

from decimal import Decimal

import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists.profile_sentence import describe_profile
from pricelists.price_lists import ReadResult, read_next_price_list, read_price_list

HEADER = "Art.-Nr.;Bezeichnung;Listenpreis;Kz"
MARKED = "Auf alle Listenpreise 30 % Rabatt, mit N gekennzeichnete Artikel sind Nettopreise"


def content(sentence: str, mark: str = "N", *, below: bool = False) -> str:
    rows = ["A-1;Schalter;100,00;", f"A-2;Dose;50,00;{mark}", "A-3;Rahmen;20,50;"]
    lines = [HEADER, *rows, sentence] if below else [sentence, "", HEADER, *rows]
    return "\n".join(lines) + "\n"


def prices(result: ReadResult) -> dict[str, Decimal | None]:
    return {item.supplier_sku: item.price for item in result.items}


@pytest.mark.parametrize(
    ("sentence", "mark"),
    [
        (MARKED, "N"),
        ("N = Nettopreis, nicht rabattfähig", "N"),
        ("(N) Nettoartikel", "(N)"),
        ("* Nettopreise", "*"),
        ("Artikel mit Sternchen sind netto", "*"),
        ("Mit * bezeichnete Artikel sind Nettopreise und nicht rabattberechtigt", "*"),
        ("Items marked with “net” are net prices", "NET"),
        ("Discount 30 %. Items marked NP take no discount", "NP"),
        ("Pozycje oznaczone N – ceny netto, bez rabatu", "N"),
        ("Articles marqués N : prix nets sans remise", "N"),
        ("Товары, отмеченные «N», без скидки", "N"),
        ("Gli articoli contrassegnati con * sono a prezzo netto", "*"),
        ("Nettoartikel sind vom Rabatt ausgeschlossen", "netto"),
        ("Preise in EUR, N = Nettopreis", "N"),
        ("Kennzeichen N: keine Rabattgewährung", "N"),
        ("Rabattsatz 30 %, gilt nicht für mit N gekennzeichnete Artikel", "N"),
        ("Descuento 30 % excepto artículos marcados con N", "N"),
        ("N Nettopreis", "N"),
        ("N;Nettopreis", "N"),
        ("*;not discountable", "*"),
    ],
)
@pytest.mark.parametrize("below", [False, True])
def test_marked_articles_take_no_discount(sentence: str, mark: str, *, below: bool) -> None:
    result = read_price_list(content(sentence, mark, below=below), "EUR", discount="30")
    expected = {"A-1": Decimal(70), "A-2": Decimal("50.00"), "A-3": Decimal("14.35")}
    assert prices(result) == expected
    assert result.profile.basis is not None
    assert result.profile.basis.vat_included is None
    assert "less 30 % (set), without discount where marked" in describe_profile(result.profile)


def test_mark_at_the_end_of_a_code_or_a_name() -> None:
    rows = "A-1;Schalter;100,00\nA-2*;Dose;50,00\nA-3;Rahmen *;20,50\nA-4;Haken **;10,00\n"
    text = f"* Nettopreise\nArt.-Nr.;Bezeichnung;Listenpreis\n{rows}"
    found = read_price_list(text, "EUR", discount="30").items
    assert [item.price for item in found] == [70, Decimal("50.00"), Decimal("20.50"), 7]


def test_letter_at_the_end_of_a_name_may_be_the_mark() -> None:
    result = read_price_list(content(MARKED) + "A-4;Stecker N;8,00;\n", "EUR", discount="30")
    (row,) = result.rejected
    assert (row.supplier_sku, row.error_type) == ("A-4", "discount_unknown")


@pytest.mark.parametrize(
    ("sentence", "mark"),
    [
        (MARKED, ""),
        ("N = Nettopreis", "netto"),
        ("30 % Rabatt auf alles außer Aktionsartikel", "Aktion"),
        ("All prices less 30 % discount except spare parts", ""),
        ("Скидка 30 % на все товары, кроме акционных", "акция"),
        ("Remise 30 % sauf pièces détachées", ""),
        ("Preise netto ohne Rabatt", ""),
        ("Rabatt 30 % (nicht auf N-Artikel)", "N"),
        ("Rabatt 30 %, nicht für mit N gekennzeichnete Artikel (20 %)", "N"),
    ],
)
def test_exception_without_known_rows_is_in_doubt(sentence: str, mark: str) -> None:
    text = content(sentence, mark)
    with pytest.raises(PriceListError) as raised:
        read_price_list(text, "EUR", discount="30")
    (issue,) = raised.value.issues
    assert issue.option == "net_marks"
    assert f'Row 1 says "{sentence}"' in issue.message
    decided = read_price_list(text, "EUR", discount="30", net_marks="none")
    assert prices(decided)["A-2"] == Decimal(35)
    if mark:
        marked = read_price_list(text, "EUR", discount="30", net_marks=f"X, {mark}")
        assert prices(marked) == {"A-1": 70, "A-2": Decimal("50.00"), "A-3": Decimal("14.35")}


@pytest.mark.parametrize(
    "sentence",
    [
        "All prices less 30 % discount, excl. VAT",
        "Zahlbar 14 Tage netto ohne Abzug",
        "KG = Nettogewicht",
        "Preise in EUR",
    ],
)
def test_other_sentences_except_nothing(sentence: str) -> None:
    result = read_price_list(content(sentence), "EUR", discount="30")
    assert prices(result)["A-2"] == Decimal(35)


@pytest.mark.parametrize("cell", ["netto", "NETTO", "Nettoartikel", "nicht rabattfähig", "net"])
def test_cell_that_may_be_a_mark_rejects_its_row(cell: str) -> None:
    text = content("Preise in EUR", cell)
    (row,) = read_price_list(text, "EUR", discount="30").rejected
    assert (row.supplier_sku, row.error_type) == ("A-2", "discount_unknown")
    assert f'net_marks="{cell}"' in row.error_message
    assert not read_price_list(text, "EUR", discount="30", net_marks="none").rejected
    assert not read_price_list(text, "EUR").rejected


def test_no_beside_yes_is_no_mark() -> None:
    text = content(MARKED) + "A-4;Haken;8,00;J\n"
    with pytest.raises(PriceListError, match="nothing in the first rows marks"):
        read_price_list(text, "EUR", discount="30")


def test_marked_row_with_a_discount_of_its_group_is_rejected() -> None:
    rows = "A-1;Schalter;100,00;;G1\nA-2;Dose;50,00;N;G2\n"
    text = f"{MARKED}\n{HEADER};Rabattgruppe\n{rows}"
    result = read_price_list(text, "EUR", discount_groups={"G1": "30", "G2": "20"})
    assert prices(result) == {"A-1": 70}
    assert result.rejected[0].error_type == "discount_unknown"


def test_next_list_without_the_sentence_is_in_doubt() -> None:
    first = read_price_list(content(MARKED), "EUR", discount="30")
    following = read_next_price_list(content(MARKED), first.profile, "EUR")
    assert prices(following)["A-2"] == Decimal("50.00")
    with pytest.raises(PriceListError) as raised:
        read_next_price_list(content("Preise in EUR"), first.profile, "EUR")
    assert "net_marks" in [issue.option for issue in raised.value.issues]
    marked = read_next_price_list(content("Preise in EUR"), first.profile, "EUR", net_marks="N")
    assert prices(marked)["A-2"] == Decimal("50.00")
    third = read_next_price_list(content("Preise in EUR"), marked.profile, "EUR")
    assert prices(third)["A-2"] == Decimal("50.00")


GROUPED = (
    "Artikelnr;Bezeichnung;Listenpreis;Preisart;Rabattgruppe",
    "A-101;Schalter;100,00;B;10",
    "A-102;Sortiment;50,00;N;10",
    "A-103;Dose;20,50;B;10",
)


def test_net_mark_beside_a_discount_group() -> None:
    legend = "Preisart: B=Listenpreis (Rabatt laut Rabattgruppe), N=Nettopreis"
    groups = {"10": "30"}
    result = read_price_list("\n".join([legend, *GROUPED]) + "\n", "EUR", discount_groups=groups)
    expected = {"A-101": 70, "A-102": Decimal("50.00"), "A-103": Decimal("14.35")}
    assert prices(result) == expected
    short = "\n".join(["N = Nettopreis", *GROUPED]) + "\n"
    (row,) = read_price_list(short, "EUR", discount_groups=groups).rejected
    assert (row.supplier_sku, row.error_type) == ("A-102", "discount_unknown")
    assert 'set net_marks="N"' in row.error_message
    assert prices(read_price_list(short, "EUR", discount_groups=groups, net_marks="N")) == expected
