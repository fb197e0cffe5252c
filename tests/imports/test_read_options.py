"""The options of reading on the command line: texts, lists and objects of `--set`."""

from decimal import Decimal

import pytest

from pricebook.cli.read_options import ReadOptions
from pricebook.errors import ValidationError
from pricebook.pricelists.schemas.read_config import ReadConfig


def config_of(*settings: str, column: list[str] | None = None) -> ReadConfig:
    return ReadOptions(settings=list(settings), column=column).read_config()


def test_settings_are_converted_to_the_types_of_the_options() -> None:
    config = config_of(
        *("header_row=3", "currency=EUR", "price_quantity=100", "prices_per_pack=false"),
        *("vat_included=true", "vat_rate=19.5", "discount=30+5", "discount_base=list_price"),
    )
    assert config == ReadConfig(
        header_row=3,
        currency="EUR",
        price_quantity=100,
        prices_per_pack=False,
        vat_included=True,
        vat_rate=Decimal("19.5"),
        discount="30+5",
        discount_base="list_price",
    )


@pytest.mark.parametrize("text", ["PU,VPE", "PU, VPE", '["PU", "VPE"]'])
def test_list_is_json_or_separated_by_commas(text: str) -> None:
    assert config_of(f"ignored_columns={text}").ignored_columns == ["PU", "VPE"]


def test_element_with_a_comma_needs_json() -> None:
    assert config_of('key_columns=["Name, long", "Pack"]').key_columns == ["Name, long", "Pack"]


@pytest.mark.parametrize(
    "settings",
    [
        ('discount_groups={"A": "30+5", "B": "10"}',),
        ("discount_groups.A=30+5", "discount_groups.B=10"),
        ('discount_groups={"A": "30+5"}', "discount_groups.B=10"),
    ],
)
def test_object_is_json_or_set_by_members(settings: tuple[str, ...]) -> None:
    assert config_of(*settings).discount_groups == {"A": "30+5", "B": "10"}


def test_columns_complete_the_column_mapping() -> None:
    config = config_of('column_mapping={"price": "Net"}', column=["price_quantity=PE"])
    assert config.column_mapping == {"price": "Net", "price_quantity": "PE"}


@pytest.mark.parametrize(
    "settings",
    [
        ("discount_groups={A:30}",),
        ("ignored_columns=[PU",),
        ("discount_groups=30",),
        ("discount=a lot",),
        ("vat_rate=100",),
        ("currency=euro",),
        ("price_quantity=0",),
        ("colour=red",),
        ("currency",),
    ],
)
def test_invalid_setting_is_refused(settings: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match="--set"):
        config_of(*settings)
