from typing import Any

from litestar import Router, get
from litestar.di import NamedDependency

from pricebook.diagnostics import service
from pricebook.diagnostics.schemas import SystemState
from pricebook.diagnostics.service import SystemMonitor
from pricebook.http.openapi import Success, documented

AT = "2026-11-27T09:30:00.204518Z"
STATE: dict[str, Any] = {
    "version": "1.0.0",
    "python_version": "3.13.1",
    "migration_head": "0049",
    "revision": "0049",
    "database": {"status": "up", "latency_ms": 1.2, "version": "PostgreSQL 17.2"},
    "redis": {"status": "up", "latency_ms": 0.8, "version": "Valkey 8.0.1"},
    "workers": [
        {
            "name": "worker-1/412",
            "version": "1.0.0",
            "slots": 2,
            "started_at": "2026-11-26T06:00:00Z",
            "seen_at": AT,
            "seconds_since_seen": 2.1,
            "is_alive": True,
        }
    ],
    "queue": {"queued": 0, "running": 0, "dead": 0, "oldest_seconds": 0.0, "tasks": []},
    "messages": {"queued": 0, "rejected": 0},
    "periodic_runs": [
        {
            "name": "cleanup",
            "worker": "worker-1/412",
            "started_at": "2026-11-27T09:00:00Z",
            "milliseconds": 318,
            "succeeded_at": "2026-11-27T09:00:00.318Z",
            "failure": None,
        }
    ],
    "uploads": {
        "path": "/var/lib/pricebook/uploads",
        "total_bytes": 107_374_182_400,
        "free_bytes": 80_530_636_800,
    },
    "checks": [
        {
            "name": "PostgreSQL",
            "state": "ok",
            "summary": "version 17, connected.",
            "problems": [],
            "notes": [],
            "checked_at": AT,
        }
    ],
    "checked_at": AT,
}


@get(
    "/system",
    summary="Get the state of the system",
    description="Returns servers, workers, queue and versions, and what `pricebook doctor` checks,"
    " within three seconds. What does not respond by then is `down`, `unreachable` or null, and the"
    " status is 200 nevertheless. Checks that take long are repeated after minutes only; each has"
    " the time of its result.",
    opt=documented(Success(kind=SystemState, example=STATE)),
)
async def get_system(system_monitor: NamedDependency[SystemMonitor]) -> SystemState:
    """Return the state of the system."""
    return await service.get_state(system_monitor)


router = Router("/", route_handlers=[get_system], tags=["System"])
