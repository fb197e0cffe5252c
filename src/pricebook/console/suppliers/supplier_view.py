"""What the page of a supplier shows: its state, its last imports, and a page of its items."""

from typing import Any
from uuid import UUID

from litestar import Request

from pricebook.audit import service as audit
from pricebook.console.active_filters import active_filters
from pricebook.console.imports.task_lines import task_lines
from pricebook.console.page_errors import caller_of
from pricebook.console.query_fields import decode_page_query, read_page_query
from pricebook.console.rendering import may
from pricebook.console.suppliers.decision_counts import count_decisions
from pricebook.console.suppliers.supplier_list_pages import PATH
from pricebook.console.suppliers.trend_line import draw_levels, draw_sizes
from pricebook.db.database import Database
from pricebook.imports.source_location import SOURCE_FIELDS
from pricebook.matching import service as matching
from pricebook.matching.log_schemas import DecisionQuery
from pricebook.pricelists.sources.address_logins import mask_address
from pricebook.suppliers import list_health as health
from pricebook.suppliers import listed_items, service
from pricebook.suppliers.health_schemas import COUNTED_OF_ONE
from pricebook.suppliers.listed_item_schemas import ListedItemQuery
from pricebook.suppliers.schemas import SupplierOverview
from pricebook.tasks import history
from pricebook.tasks.schemas import TaskQuery

AnyRequest = Request[Any, Any, Any]
ADDRESSES = ("spreadsheet_url", "url")
SHOWN_IMPORTS = 10
COUNTED_DECISIONS = 200
DONE = ("created", "changed", "auto_on", "auto_off", "activated", "deactivated")
ITEM_STATES = ("linked", "unmatched", "absent")
NO_PLACE = dict.fromkeys(("cursor", "page", "limit"))


def address_of(supplier: SupplierOverview) -> str:
    """Return the address from which the price list of a supplier is fetched, empty without one."""
    return str(next(filter(None, map(supplier.source_config.get, ADDRESSES)), ""))


async def read_supplier(request: AnyRequest, supplier_id: UUID) -> dict[str, Any]:
    """Return what the page shows above the items; raises NotFoundError."""
    database: Database = request.app.state.database
    state = await health.get_health(database, supplier_id)
    supplier = await service.get_supplier(database, supplier_id)
    sources = filter(None, map(supplier.source_config.get, SOURCE_FIELDS))
    done = request.query_params.get("done", "")
    for_role = await _read_for_role(request, supplier_id)
    deactivation = None
    if not supplier.is_active and may(caller_of(request), "GET", "/audit"):
        deactivation = await audit.find_deactivation(database, supplier_id)
    states = {line.task.id: line.state for line in for_role["tasks"] or ()}
    newest = state.newest_list
    in_force = newest
    if newest and (state.newest_is_undone or not newest.is_applied):
        in_force = await health.find_list_in_force(database, supplier_id)
    return {
        "supplier": supplier,
        "newest_state": states.get(newest.id, newest.state) if newest else "",
        "health": state,
        "in_force": in_force,
        "deactivation": deactivation,
        "sizes": draw_sizes(state.list_sizes),
        "levels": draw_levels(state.price_levels),
        "counts": await health.count_parts(database, supplier_id),
        "most": COUNTED_OF_ONE,
        "source": next(map(mask_address, map(str, sources)), None),
        "can_try": bool(address_of(supplier)),
        "done": done if done in DONE else "",
        "import_issue": "",
        **for_role,
    }


async def _read_for_role(request: AnyRequest, supplier_id: UUID) -> dict[str, Any]:
    """Return the last imports and the state of auto-link for those who may see them."""
    database: Database = request.app.state.database
    caller = caller_of(request)
    tasks = auto_link = record = None
    if may(caller, "GET", "/tasks"):
        query = TaskQuery(supplier_id=supplier_id, limit=SHOWN_IMPORTS)
        tasks = task_lines((await history.list_tasks(database, query)).data, {})
    if may(caller, "GET", "/suppliers/{id}/auto-link"):
        auto_link = await matching.get_auto_link(database, supplier_id)
    if may(caller, "GET", "/matches/decisions"):
        decisions = DecisionQuery(supplier_id=supplier_id, limit=COUNTED_DECISIONS)
        record = count_decisions((await matching.list_decisions(database, decisions)).data)
    return {"tasks": tasks, "auto_link": auto_link, "record": record}


async def read_items(request: AnyRequest, supplier_id: UUID) -> dict[str, Any]:
    """Return a page of the items of a supplier as the address filters them."""
    database: Database = request.app.state.database
    query = read_page_query(ListedItemQuery, request.scope["query_string"])
    criteria, issues = decode_page_query(ListedItemQuery, query)
    result = None
    if criteria is not None:
        result = await listed_items.list_items(database, supplier_id, criteria)
    cursor = result.next_cursor if result else None
    path = f"{PATH}/{supplier_id}"
    return {
        "supplier_id": supplier_id,
        "query": query,
        "result": result,
        "next": cursor and query.address(path, cursor=cursor, page=None),
        "first": query.address(path, cursor=None, page=None),
        "is_filtered": bool(query.fields.keys() - NO_PLACE.keys()),
        "active_filters": active_filters("supplier_items", query, path, {}),
        "issues": {each.field: each.issue for each in issues},
        "item_states": ITEM_STATES,
    }
