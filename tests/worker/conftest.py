from worker_fixtures import (
    ask,
    ended,
    queue,
    settings,
    until,
    worker_database,
    worker_settings,
    working,
)

__all__ = [
    "ask",
    "ended",
    "queue",
    "settings",
    "until",
    "worker_database",
    "worker_settings",
    "working",
]
