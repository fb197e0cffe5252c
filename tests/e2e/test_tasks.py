"""A price list from its upload to the catalog, through real processes."""

import signal
from pathlib import Path
from typing import Any, cast

import psycopg
from xlsxwriter import Workbook

from e2e.api_client import admin_client, create, upload, wait_for_success
from pricebook.embedded import Endpoints
from running_system import TIMEOUT_SECONDS, System, eventually

ROWS = [["Article code", "Name", "Price"], ["X-1", "Zirconium hammer", 12.5], ["X-2", "Saw", 7]]


def workbook(path: Path) -> bytes:
    with cast("Any", Workbook)(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
    return path.read_bytes()


def test_uploaded_workbook_is_imported_into_the_catalog(system: System) -> None:
    with admin_client(system, system.up("--empty")) as client:
        supplier_id = create(client, "suppliers", name="ACME", source_type="excel")
        content = workbook(system.folder / "made.xlsx")
        options = {"create_products": "true"}
        task_id = upload(client, supplier_id, "march.xlsx", content, data=options)
        wait_for_success(client, task_id)
        catalog = client.get("/catalog", params={"search": "zirconium"}).json()
        assert [each["min_price"] for each in catalog["data"]] == ["12.50"]
        shown = system.run("tasks", "show", task_id, "--follow")
        assert "ACME: succeeded" in shown.stdout, shown.stderr

        too_large = client.post(
            f"/admin/suppliers/{supplier_id}/upload",
            files={"file": ("big.csv", b"x" * (201 * 2**20))},
        )
        assert too_large.status_code == 413
    assert system.stop() == 0


def test_worker_stops_cleanly_on_sigterm(
    system: System, database_url: str, endpoints: Endpoints
) -> None:
    server_urls = {"DATABASE_URL": database_url, "REDIS_URL": endpoints.redis_url}
    worker = system.start("worker", **server_urls)
    eventually(lambda: has_polled(database_url))
    worker.send_signal(signal.SIGTERM)
    output, _ = worker.communicate(timeout=TIMEOUT_SECONDS)
    assert (worker.returncode, output) == (0, "")


def has_polled(database_url: str) -> bool:
    """Return whether a worker has polled for tasks: from then on it handles SIGTERM."""
    with psycopg.connect(database_url) as conn:
        cursor = conn.execute(
            """
            SELECT FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
                AND query LIKE '%ingestion_tasks%'
            """
        )
        return cursor.fetchone() is not None
