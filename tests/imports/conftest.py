from import_fixtures import run_import
from merge_fixtures import merge_rows
from preview_fixtures import previews
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
    "merge_rows",
    "previews",
    "queue",
    "run_import",
    "running_worker",
    "settings",
    "submit_task",
    "wait_for_end",
    "wait_until",
    "worker_database",
    "worker_settings",
]
