"""A list that nobody can read, among others, through real processes."""

from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import httpx

from e2e.test_tasks import admin
from pricelists.workbooks import RAW_HEADER, raw_row, raw_xlsx
from running_system import System, eventually

MIB = 128
TEXT_KIB = 32


def workbook_over_memory_limit(system: System) -> bytes:
    """Write a small workbook of texts that take twice what a parser may have."""
    path = system.folder / "big.xlsx"
    path.write_bytes(raw_xlsx(RAW_HEADER + raw_row(2)))
    text = f"<si><t>{'x' * TEXT_KIB * 1024}</t></si>".encode()
    with ZipFile(path, "a", ZIP_DEFLATED) as book, book.open("xl/sharedStrings.xml", "w") as part:
        part.write(b"<sst>")
        for _ in range(2 * MIB * 1024 // TEXT_KIB):
            part.write(text)
        part.write(b"</sst>")
    return path.read_bytes()


def upload_list(client: httpx.Client, supplier: str, name: str, content: bytes) -> str:
    """Upload a list of a new supplier; answer its task."""
    supplier_fields = {"name": supplier, "source_type": "excel"}
    supplier_id = client.post("/admin/suppliers", json=supplier_fields).json()["id"]
    response = client.post(
        f"/admin/suppliers/{supplier_id}/upload", files={"file": (name, content)}
    )
    assert response.status_code == 202, response.text
    return response.json()["task_id"]


def task(client: httpx.Client, task_id: str) -> dict[str, Any]:
    return client.get(f"/admin/tasks/{task_id}").json()


def test_a_file_that_kills_its_parser_three_times_is_dead_and_the_others_go_on(
    system: System,
) -> None:
    settings = {"PARSER_MAX_MIB": str(MIB), "WORKER_TASKS": "2"}
    with admin(system, system.up("--empty", **settings)) as client:
        big = upload_list(client, "ACME", "big.xlsx", workbook_over_memory_limit(system))
        eventually(lambda: task(client, big)["retry_count"] > 0)
        small = upload_list(client, "Nordwerk", "small.csv", b"sku,name,price\nA-1,Lamp,5.25\n")
        eventually(lambda: task(client, small)["state"] == "succeeded")
        eventually(lambda: task(client, big)["state"] == "dead")
        dead_task = task(client, big)
        assert dead_task["errors"] == [f"The price list needs more than {MIB} MiB of memory."]
        assert dead_task["retry_count"] == 2, "it was tried three times"
    assert system.stop() == 0
