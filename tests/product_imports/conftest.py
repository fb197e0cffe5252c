from product_import_fixtures import import_context, import_products
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
    "import_context",
    "import_products",
    "queue",
    "running_worker",
    "settings",
    "submit_task",
    "wait_for_end",
    "wait_until",
    "worker_database",
    "worker_settings",
]
