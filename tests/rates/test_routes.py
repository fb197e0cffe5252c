from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection
from pricebook.rates.schemas import today
from rates.conftest import ForeignItem, days_ago

Client = AsyncTestClient[Litestar]
RATES = "/api/v1/admin/exchange-rates"
EUR_RATE = Decimal("1.0812")
EUR: dict[str, Any] = {"base": "EUR", "currency": "USD", "rate": str(EUR_RATE)}


async def post(client: Client, *rates: dict[str, Any]) -> Any:
    return await client.post(RATES, json={"rates": list(rates)})


async def test_a_rate_is_stored_and_listed(admin: Client) -> None:
    response = await post(admin, EUR)
    assert response.status_code == 201, response.text
    assert response.json() == {
        "inserted": 1,
        "changed": 0,
        "unchanged": 0,
        "items_recomputed": 0,
        "replaced": [],
    }
    listed = (await admin.get(RATES)).json()
    assert listed["total_count"] == 1
    (rate,) = listed["data"]
    assert rate.pop("created_at").endswith("Z")
    assert rate.pop("updated_at").endswith("Z")
    assert rate.pop("set_by").startswith("admin ")
    assert rate == {**EUR, "date": str(today()), "source": "manual"}


async def test_a_corrected_rate_replaces_that_of_the_day(admin: Client) -> None:
    await post(admin, EUR)
    response = await post(admin, EUR | {"rate": 1.09})
    assert response.status_code == 200
    assert (response.json()["changed"], response.json()["inserted"]) == (1, 0)
    again = await post(admin, EUR | {"rate": "1.09"}, EUR | {"date": str(days_ago(1))})
    assert again.status_code == 201
    assert (again.json()["unchanged"], again.json()["inserted"]) == (1, 1)
    data = (await admin.get(RATES)).json()["data"]
    assert [(each["date"], each["rate"]) for each in data] == [
        (str(today()), "1.09"),
        (str(days_ago(1)), "1.0812"),
    ]


async def test_replaced_rate_is_returned_and_in_the_audit_log(
    admin: Client, conn: Connection
) -> None:
    await post(admin, EUR)
    response = await post(admin, EUR | {"rate": "1.0900"})
    (replaced,) = response.json()["replaced"]
    assert replaced.pop("former_set_by").startswith("admin ")
    assert replaced == {
        **EUR,
        "date": str(today()),
        "rate": "1.09",
        "former_rate": "1.0812",
        "former_source": "manual",
    }
    logged = await conn.execute(
        "SELECT before->>'rate', after->>'rate' FROM audit_log"
        " WHERE action = 'exchange_rate.updated'"
    )
    assert await logged.fetchall() == [("1.0812", "1.09")]
    assert (await post(admin, EUR | {"rate": "1.09"})).json()["replaced"] == []


async def test_a_rate_keeps_its_twelve_decimals(admin: Client) -> None:
    for sent, expected in [
        ("0.000000456789", "0.000000456789"),
        (0.000000456781, "0.000000456781"),
        (16_843.50, "16843.5"),
        (3, "3"),
    ]:
        await post(admin, {"base": "IDR", "currency": "USD", "rate": sent})
        assert (await admin.get(RATES)).json()["data"][0]["rate"] == expected


async def test_items_are_recomputed(
    admin: Client, conn: Connection, foreign_item: ForeignItem
) -> None:
    supplier_id = await builders.supplier(conn)
    item_id = await foreign_item(supplier_id, "10.00", "1.1")
    await builders.item(conn, supplier_id, "10.00")
    assert (await post(admin, EUR)).json()["items_recomputed"] == 1
    cursor = await conn.execute(
        "SELECT current_price, exchange_rate, rate_date FROM supplier_items WHERE id = %s",
        [item_id],
    )
    assert await cursor.fetchall() == [(10 * EUR_RATE, EUR_RATE, today())]


async def test_filters_and_pages(admin: Client) -> None:
    rates = [
        EUR | {"date": str(days_ago(age)), "currency": currency}
        for age in range(3)
        for currency in ("USD", "GBP")
    ]
    await post(admin, *rates, {"base": "USD", "currency": "JPY", "rate": 150})

    async def listed(**query: Any) -> list[tuple[str, str, str]]:
        data = (await admin.get(RATES, params=query)).json()["data"]
        return [(each["base"], each["currency"], each["date"]) for each in data]

    assert len(await listed()) == 7
    assert await listed(base="USD") == [("USD", "JPY", str(today()))]
    assert await listed(currency="GBP", since=str(days_ago(1))) == [
        ("EUR", "GBP", str(today())),
        ("EUR", "GBP", str(days_ago(1))),
    ]
    pages = [await listed(limit=3, page=page) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert len({row for page in pages for row in page}) == 7


@pytest.mark.parametrize(
    ("field", "rate"),
    [
        ("rates[0].rate", {"rate": 0}),
        ("rates[0].rate", {"rate": "-1"}),
        ("rates[0].rate", {"rate": "NaN"}),
        ("rates[0].rate", {"rate": "Infinity"}),
        ("rates[0].rate", {"rate": "1_0"}),
        ("rates[0].rate", {"rate": " 1"}),
        ("rates[0].rate", {"rate": "1.0000000000001"}),
        ("rates[0].rate", {"rate": 10**12}),
        ("rates[0].rate", {"rate": None}),
        ("rates[0].base", {"base": "eur"}),
        ("rates[0].base", {"base": "EURO"}),
        ("rates[0].currency", {"currency": "EUR"}),
        ("rates[0].currency", {"currency": ""}),
        ("rates[0].date", {"date": "26.11.2026"}),
        ("rates[0].date", {"date": "2026-02-30"}),
        ("rates[0]", {"colour": "red"}),
    ],
)
async def test_what_is_no_rate_is_refused(admin: Client, field: str, rate: dict[str, Any]) -> None:
    response = await post(admin, EUR | rate)
    assert response.status_code == 400, response.text
    assert [each["field"] for each in response.json()["error"]["details"]["errors"]] == [field], (
        response.text
    )
    assert (await admin.get(RATES)).json()["total_count"] == 0


async def test_a_pair_of_currencies_has_one_rate_a_day(admin: Client) -> None:
    response = await post(admin, EUR, EUR | {"date": str(today()), "rate": 2})
    assert response.status_code == 400
    assert response.json()["detail"] == (
        "Field rates[1]: is of the currencies and the day of rates[0]."
    )


@pytest.mark.parametrize("count", [0, 1001])
async def test_one_to_a_thousand_rates(admin: Client, count: int) -> None:
    rates = [EUR | {"date": str(today() - timedelta(days=n))} for n in range(count)]
    response = await post(admin, *rates)
    assert response.status_code == 400
    assert response.json()["error"]["details"]["errors"][0]["field"] == "rates"


async def test_a_thousand_rates_are_stored(admin: Client) -> None:
    rates = [EUR | {"date": str(today() - timedelta(days=n))} for n in range(1000)]
    assert (await post(admin, *rates)).json()["inserted"] == 1000


@pytest.mark.parametrize(
    "query", ["base=eur", "currency=US", "since=yesterday", "limit=0", "colour=red"]
)
async def test_wrong_filters_are_refused(admin: Client, query: str) -> None:
    assert (await admin.get(f"{RATES}?{query}")).status_code == 400


async def test_roles(client: Client, as_role: builders.AsRole) -> None:
    assert (await client.get(RATES)).status_code == 401
    for role in ("sales", "procurement"):
        headers = await as_role(role)
        assert (await client.get(RATES, headers=headers)).status_code == 200
        body = {"rates": [EUR]}
        assert (await client.post(RATES, json=body, headers=headers)).status_code == 403
