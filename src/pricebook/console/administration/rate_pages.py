"""Exchange rates: the newest ones, currencies without a usable one, history, and set a rate."""

from datetime import date
from decimal import Decimal
from typing import Any

from litestar import Request, Response, get, post

from pricebook.console.administration.administration_sections import PATH as ADMINISTRATION
from pricebook.console.administration.administration_sections import render_section
from pricebook.console.form_fields import MAX_FORM_BYTES, NUMBER_EXPECTED, read_form
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import PageQuery, decode_page_query, read_page_query
from pricebook.console.rendering import may
from pricebook.db.database import Database
from pricebook.http.field_types import is_plain_number
from pricebook.rates import service
from pricebook.rates.replaced_rates import find_states, list_replaced
from pricebook.rates.schemas import (
    MAX_COUNTED_ITEMS,
    FormerRates,
    NewRate,
    RateQuery,
    RateSource,
    StoredRate,
    is_currency_code,
    rate_problem,
    today,
)
from pricebook.rates.service import RateContext

AnyRequest = Request[Any, Any, Any]
PATH = f"{ADMINISTRATION}/exchange-rates"
CODE_EXPECTED = "expected a code of three letters such as EUR"
DAY_EXPECTED = "expected a day such as 2026-11-25"
FIELDS = ("base", "currency", "rate", "date")


@get(PATH, opt=page_for("GET", "/exchange-rates"))
async def show_rates(request: AnyRequest) -> Response[Any]:
    """Show the currencies of items with their rates, and the newest rate of each pair."""
    context: RateContext = request.app.state.rate_context
    recomputed = request.query_params.get("recomputed", "")
    replaced = [request.query_params.get(name, "") for name in ("former", "rate")]
    newest = await service.list_newest_rates(context.database)
    values = {
        "held": await service.list_held_currencies(context),
        "newest": newest,
        "states": find_states(newest, today(), context.max_age_days),
        "max_age_days": context.max_age_days,
        "limit": MAX_COUNTED_ITEMS,
        "recomputed": f"{int(recomputed):,}" if recomputed.isdecimal() else "",
        "replaced": replaced if all(map(is_plain_number, replaced)) else None,
    }
    return render_section(request, "administration/rates.html", values)


@get(f"{PATH}/history", opt=page_for("GET", "/exchange-rates"))
async def show_history(request: AnyRequest) -> Response[Any]:
    """Show the rates of a pair of currencies, or all, the newest days first."""
    query = read_page_query(RateQuery, request.scope["query_string"])
    criteria, _ = decode_page_query(RateQuery, query)
    page = await service.list_rates(request.app.state.database, criteria or RateQuery())
    path = f"{PATH}/history"
    base, currency = query.get("base"), query.get("currency")
    shows_replaced = base and currency and may(caller_of(request), "GET", "/audit")
    context: RateContext = request.app.state.rate_context
    newest = await service.list_newest_rates(context.database)
    values = {
        "query": query,
        "result": page,
        "states": find_states(newest, today(), context.max_age_days),
        "replaced": await list_replaced(context.database, base, currency) if shows_replaced else [],
        "next": page.next_cursor and query.address(path, cursor=page.next_cursor, page=None),
        "first": query.address(path, cursor=None, page=None),
    }
    return render_section(request, "administration/rate_history.html", values)


@get(f"{PATH}/new", opt=page_for("POST", "/exchange-rates"))
async def show_new_rate(request: AnyRequest) -> Response[Any]:
    """Show the form of a rate; with a rate in the address, what it would mean."""
    sent = request.query_params
    typed = {
        "currency": request.app.state.settings.catalog_currency,
        "date": today().isoformat(),
        **{name: sent[name] for name in FIELDS if name in sent},
    }
    if "rate" not in sent:
        return _form(request, typed, {})
    return await _preview(request, typed)


@post(
    f"{PATH}/new",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/exchange-rates"),
)
async def set_rate(request: AnyRequest) -> Response[Any]:
    """Store a rate and re-compute prices, unless another rate was stored since it was shown."""
    typed = await read_form(request)
    rate, issues = _read(typed)
    if rate is None:
        return _form(request, typed, issues)
    context: RateContext = request.app.state.rate_context
    former = await service.find_former_rates(context.database, rate)
    if typed.get("before") != _state_of(former):
        return await _preview(request, typed, has_conflict=True)
    source = RateSource(set_by=caller_of(request).username)
    result = await service.store_rates(context, [rate], source)
    location = f"{PATH}?recomputed={result.items_recomputed}"
    for replaced in result.replaced:
        location += f"&former={replaced.former_rate}&rate={replaced.rate}"
    return Response(None, status_code=303, headers={"Location": location})


async def _preview(
    request: AnyRequest, typed: dict[str, str], *, has_conflict: bool = False
) -> Response[Any]:
    rate, issues = _read(typed)
    if rate is None:
        return _form(request, typed, issues)
    database: Database = request.app.state.database
    former = await service.find_former_rates(database, rate)
    newest, of_day = former.newest, former.of_day
    values = {
        "rate": rate,
        "newest": newest,
        "change": _change(newest, rate),
        "of_day": of_day,
        "day_change": _change(of_day, rate),
        "is_stored": of_day is not None and Decimal(of_day.rate) == rate.rate,
        "before": _state_of(former),
        "items": former.items,
        "limit": MAX_COUNTED_ITEMS,
        "is_newest": newest is None or newest.date <= rate.day <= today(),
        "has_conflict": has_conflict,
    }
    return _form(request, typed, {}, values)


def _change(stored: StoredRate | None, rate: NewRate) -> str:
    """Return by how many percent a rate differs from a stored one, empty without one."""
    return f"{(rate.rate / Decimal(stored.rate) - 1) * 100:+,.2f}" if stored else ""


def _state_of(former: FormerRates) -> str:
    """Return what a form sends back, so that a rate that was stored meanwhile is noticed."""
    stored = (former.newest, former.of_day)
    return " ".join(each.updated_at.isoformat() if each else "-" for each in stored)


def _form(
    request: AnyRequest,
    typed: dict[str, str],
    issues: dict[str, str],
    values: dict[str, Any] | None = None,
) -> Response[Any]:
    """Return the form of a rate with what was typed, and why it was refused or what it means."""
    context: dict[str, Any] = {
        "typed": PageQuery(typed),
        "issues": issues,
        "rate": None,
        "has_conflict": False,
        **(values or {}),
    }
    status = 400 if issues or context["has_conflict"] else 200
    return render_section(request, "administration/new_rate.html", context, status=status)


def _read(typed: dict[str, str]) -> tuple[NewRate | None, dict[str, str]]:
    """Return what was typed as a rate, or None and the issues by field."""
    base, currency, number, day_text = (typed.get(name, "").strip() for name in FIELDS)
    base, currency = base.upper(), currency.upper()
    codes = {"base": base, "currency": currency}
    issues = {name: CODE_EXPECTED for name, code in codes.items() if not is_currency_code(code)}
    if not issues and base == currency:
        issues["currency"] = f"is the base {base} itself"
    rate = Decimal(number) if is_plain_number(number) else None
    problem = NUMBER_EXPECTED if rate is None else rate_problem(rate)
    if problem:
        issues["rate"] = problem
    day = _day_of(day_text)
    if day is None:
        issues["date"] = DAY_EXPECTED
    if issues or rate is None:
        return None, issues
    return NewRate(base, currency, rate, day), {}


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
