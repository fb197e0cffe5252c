from worker_fixtures import (
    queue,
    running_worker,
    settings,
    submit_task,
    wait_for_end,
    wait_until,
    worker_database,
    worker_settings,
)

__all__ = [
    "queue",
    "running_worker",
    "settings",
    "submit_task",
    "wait_for_end",
    "wait_until",
    "worker_database",
    "worker_settings",
]
