"""The state of the system: servers, workers, queue, versions, and the checks of the doctor."""

from typing import Any

from litestar import Request, Response, get

from pricebook.console.administration.administration_sections import render_section
from pricebook.console.page_guard import page_for
from pricebook.console.page_texts import Texts, load_texts
from pricebook.console.rendering import render, wants_fragment
from pricebook.diagnostics import service
from pricebook.diagnostics.schemas import CheckReport, SystemState

AnyRequest = Request[Any, Any, Any]
PATH = "/console/administration/system"
WEBHOOKS = "webhooks"  # the name of the check
GIBIBYTE = 1024**3
# Below this share, the free space of the disk of uploads is marked.
LOW_SHARE = 0.1
# A task that waits for longer is marked: workers take one within a second.
LONG_WAIT_SECONDS = 60


@get(PATH, opt=page_for("GET", "/system"))
async def show_system(request: AnyRequest) -> Response[Any]:
    """Show the state of the system; the part with the state renews itself."""
    state = await service.get_state(request.app.state.system_monitor)
    disk = _disk(state)
    values = {
        "state": state,
        **disk,
        "long_wait": LONG_WAIT_SECONDS,
        "troubles": _list_troubles(state, load_texts(), is_disk_full=disk["is_disk_full"]),
        "fails_to_deliver": _fails_to_deliver(state),
        "is_checking": any(each.state == "pending" for each in state.checks),
    }
    if wants_fragment(request):
        return render(request, "system/state.html", values)
    return render_section(request, "system/system.html", values)


def _list_troubles(state: SystemState, t: Texts, *, is_disk_full: bool) -> list[str]:
    """Return the names of the parts, checks and periodic work that need attention."""
    has_worker = state.workers is None or any(each.is_alive for each in state.workers)
    parts = {
        "database": state.database.status == "up",
        "redis": state.redis.status == "up",
        "uploads": state.uploads is not None and not is_disk_full,
        "workers": has_worker,
        "dead": state.queue is None or not state.queue.dead,
    }
    runs = [each.name for each in state.periodic_runs or () if each.failure]
    return [
        *(t(f"system.{name}") for name, is_in_order in parts.items() if not is_in_order),
        *(each.name for each in state.checks if _needs_attention(each)),
        *(t.get(f"system.runs.{name}", name) for name in runs),
    ]


def _needs_attention(check: CheckReport) -> bool:
    """Return whether a check has problems; a webhook that fails, and is repeated, is a note."""
    return check.state in {"wrong", "unreachable"} or (check.name == WEBHOOKS and bool(check.notes))


def _fails_to_deliver(state: SystemState) -> bool:
    return any(each.name == WEBHOOKS and (each.problems or each.notes) for each in state.checks)


def _disk(state: SystemState) -> dict[str, Any]:
    """Return the space of the disk of uploads in GiB, and whether little is free."""
    disk = state.uploads
    if disk is None:
        return {"disk_free": "", "disk_total": "", "is_disk_full": False}
    return {
        "disk_free": f"{disk.free_bytes / GIBIBYTE:,.1f}",
        "disk_total": f"{disk.total_bytes / GIBIBYTE:,.1f}",
        "is_disk_full": disk.free_bytes < LOW_SHARE * disk.total_bytes,
    }
