from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency

from pricebook.auth.schemas import Caller
from pricebook.db.database import Database
from pricebook.http.json_body import provide_body
from pricebook.http.openapi import RequestBody, Success, documented, page_example
from pricebook.http.pagination import CursorPage
from pricebook.http.query_string import provide_query
from pricebook.rates import service
from pricebook.rates.schemas import (
    MANUAL,
    NewRates,
    RatePage,
    RateQuery,
    RateSource,
    StoredRate,
    StoreResult,
)
from pricebook.rates.service import RateContext

RATES_REQUEST: dict[str, Any] = {
    "rates": [{"base": "EUR", "currency": "USD", "rate": "1.0812", "date": "2026-11-25"}]
}
RATE: dict[str, Any] = {
    **RATES_REQUEST["rates"][0],
    "source": MANUAL,
    "set_by": "anna",
    "created_at": "2026-11-25T16:05:12.204518Z",
    "updated_at": "2026-11-25T16:05:12.204518Z",
}
RESULT: dict[str, Any] = {
    "inserted": 1,
    "changed": 0,
    "unchanged": 0,
    "items_recomputed": 337,
    "replaced": [],
}
REPLACED: dict[str, Any] = {
    **RATES_REQUEST["rates"][0],
    "former_rate": "1.0799",
    "former_source": "eurofxref-daily.xml",
    "former_set_by": None,
}


@get(
    "/exchange-rates",
    summary="List exchange rates",
    description="Returns the stored rates, the newest days first, then by base and currency.",
    dependencies={"criteria": provide_query(RateQuery)},
    opt=documented(Success(kind=RatePage, example=page_example(RATE)), query=RateQuery),
)
async def list_exchange_rates(
    criteria: NamedDependency[RateQuery], database: NamedDependency[Database]
) -> CursorPage[StoredRate]:
    """Return a page of exchange rates."""
    return await service.list_rates(database, criteria)


@post(
    "/exchange-rates",
    summary="Set exchange rates",
    description="Stores one or up to 1,000 rates, all or none, and re-computes the prices of all"
    " supplier items in other currencies. A rate replaces that of the same currencies and day:"
    " `replaced` and the audit log have both numbers. The response is 201 if at least one is new,"
    " 200 if none is. A re-computed price is no change of the supplier's: it is not in the price"
    " history.",
    dependencies={"new_rates": provide_body(NewRates)},
    opt=documented(
        Success(kind=StoreResult, example=RESULT, status=201),
        Success(
            kind=StoreResult, example=RESULT | {"inserted": 0, "changed": 1, "replaced": [REPLACED]}
        ),
        body=RequestBody(NewRates, RATES_REQUEST),
    ),
)
async def set_exchange_rates(
    new_rates: NamedDependency[NewRates],
    rate_context: NamedDependency[RateContext],
    caller: NamedDependency[Caller],
) -> Response[StoreResult]:
    """Store exchange rates and return what changed."""
    source = RateSource(set_by=caller.username)
    result = await service.store_rates(rate_context, new_rates.rates, source)
    return Response(result, status_code=201 if result.inserted else 200)


router = Router(
    "/", route_handlers=[list_exchange_rates, set_exchange_rates], tags=["Exchange rates"]
)
