"""A list from its upload to the catalog, through real processes and sockets."""

import re
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import psycopg
from xlsxwriter import Workbook

from pricebook.embedded import Endpoints
from running_system import System, eventually

ROWS = [["Article code", "Name", "Price"], ["X-1", "Zirconium hammer", 12.5], ["X-2", "Saw", 7]]


def workbook(path: Path) -> bytes:
    with cast("Any", Workbook)(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
    return path.read_bytes()


@contextmanager
def admin(system: System, printed: list[str]) -> Generator[httpx.Client]:
    (password,) = re.findall(r"^user admin password (\S+)$", "\n".join(printed), re.MULTILINE)
    with httpx.Client(base_url=f"http://127.0.0.1:{system.port}/api/v1", timeout=30) as client:
        login = client.post("/auth/login", json={"username": "admin", "password": password})
        client.headers["Authorization"] = f"Bearer {login.json()['token']}"
        yield client


def has_succeeded(client: httpx.Client, task_id: str) -> bool:
    return client.get(f"/admin/tasks/{task_id}").json()["state"] == "succeeded"


def test_an_uploaded_workbook_is_in_the_catalog_soon_after(system: System) -> None:
    with admin(system, system.up("--empty")) as client:
        supplier = {"name": "ACME", "source_type": "excel"}
        supplier_id = client.post("/admin/suppliers", json=supplier).json()["id"]
        response = client.post(
            f"/admin/suppliers/{supplier_id}/upload",
            files={"file": ("march.xlsx", workbook(system.folder / "made.xlsx"))},
            data={"create_products": "true"},
        )
        assert response.status_code == 202, response.text
        task_id = response.json()["task_id"]
        eventually(lambda: has_succeeded(client, task_id))
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


def test_a_worker_that_is_told_to_stop_ends_well(
    system: System, database_url: str, endpoints: Endpoints
) -> None:
    server_urls = {"DATABASE_URL": database_url, "REDIS_URL": endpoints.redis_url}
    first = system.start("worker", **server_urls)
    try:
        eventually(lambda: has_begun(database_url))
    finally:
        first.send_signal(signal.SIGTERM)
        output, _ = first.communicate(timeout=60)
    assert (first.returncode, output) == (0, "")


def has_begun(database_url: str) -> bool:
    """Whether a worker looks for tasks: it handles SIGTERM by then."""
    with psycopg.connect(database_url) as conn:
        cursor = conn.execute(
            """
            SELECT FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
                AND query LIKE '%ingestion_tasks%'
            """
        )
        return cursor.fetchone() is not None
