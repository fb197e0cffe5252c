"""Discount groups of later tables, for which the text above the first one states discounts."""

import pytest

from pricebook.errors import PriceListError, PriceListIssue
from pricelists.price_lists import read_price_list


def issue_of(text: str) -> PriceListIssue:
    lines = [f"{text};;;;", "Art.nr;Benämning;Pris;Rab.gr", "1;Skruv;24,50;20", "2;Bult;28,90;10"]
    lines += ["3;Plugg;31,00;10", "4;Kil;44,00;20"]
    with pytest.raises(PriceListError) as raised:
        read_price_list("\n".join(lines) + "\n", "SEK")
    (issue,) = [each for each in raised.value.issues if each.option == "discount_groups"]
    return issue


def test_all_groups_of_a_text_are_proposed() -> None:
    text = (
        "Er rabatt: rabattgrupp 10 = 38 %, rabattgrupp 20 = 45 %, rabattgrupp 30 = 25 %, "
        "rabattgrupp 90 = nettopris"
    )
    issue = issue_of(text)
    assert issue.candidates == ("10", "20", "30", "90")
    assert 'discount_groups={"10":"38","20":"45","30":"25","90":"0"}' in issue.message


def test_numbers_that_are_no_groups_are_not_proposed() -> None:
    issue = issue_of("Rabatter: grupp 10 = 38 %, grupp 20 = 45 %, kontant 30 = 2 %, grupp 40 dagar")
    assert issue.candidates == ("10", "20")
