"""Recommended retail prices beside list prices that are the supplier's own."""

import pytest

from pricebook.errors import PriceListError
from pricelists.price_lists import read_price_list

LINES = (
    "P.V.P. en €, IVA no incluido;;;;",
    "Ref.;Descripción;P.V.P. €;Dto.;P.V.P. rec. IVA incl.",
    "00110;Candado latón 30 mm;6,40;40;7,74",
    "00111;Candado latón 40 mm;8,20;40;9,92",
    "00112;Candado latón 50 mm;11,90;40;14,40",
    "00113;Candado latón 60 mm;16,75;40;20,27",
)


def test_discount_is_taken_off_the_price_that_is_not_recommended() -> None:
    result = read_price_list("\n".join(LINES) + "\n", "EUR")
    assert [float(item.price or 0) for item in result.items] == [3.84, 4.92, 7.14, 10.05]
    assert result.profile.columns["price"] == "P.V.P. €"
    assert result.profile.basis is not None
    assert result.profile.basis.vat_included is False


def test_recommended_prices_without_a_discount_are_in_doubt() -> None:
    lines = ["Ref.;Descripción;P.V.P. €;P.V.P. rec.", "1;Candado;6,40;7,74", "2;Bombín;8,20;9,92"]
    with pytest.raises(PriceListError, match="match the price equally well"):
        read_price_list("\n".join(lines) + "\n", "EUR")
