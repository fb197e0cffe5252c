"""A price list that exhausts the parser's memory, among others, through real processes."""

from zipfile import ZIP_DEFLATED, ZipFile

from e2e.api_client import admin_client, create, get_task, upload, wait_for_success
from pricelists.workbooks import RAW_HEADER, raw_row, raw_xlsx
from running_system import System, eventually

MIB = 128
TEXT_KIB = 32


def workbook_over_memory_limit(system: System) -> bytes:
    """Write a small workbook whose texts need twice the memory limit of a parser process."""
    path = system.folder / "big.xlsx"
    path.write_bytes(raw_xlsx(RAW_HEADER + raw_row(2)))
    text = f"<si><t>{'x' * TEXT_KIB * 1024}</t></si>".encode()
    with ZipFile(path, "a", ZIP_DEFLATED) as book, book.open("xl/sharedStrings.xml", "w") as part:
        part.write(b"<sst>")
        for _ in range(2 * MIB * 1024 // TEXT_KIB):
            part.write(text)
        part.write(b"</sst>")
    return path.read_bytes()


def test_task_is_dead_after_three_parser_failures_and_other_tasks_succeed(
    system: System,
) -> None:
    settings = {"PARSER_MAX_MIB": str(MIB), "WORKER_TASKS": "2"}
    with admin_client(system, system.up("--empty", **settings)) as client:
        acme, nordwerk = (
            create(client, "suppliers", name=name, source_type="excel")
            for name in ("ACME", "Nordwerk")
        )
        big = upload(client, acme, "big.xlsx", workbook_over_memory_limit(system))
        eventually(lambda: get_task(client, big)["retry_count"] > 0)
        small = upload(client, nordwerk, "small.csv", b"sku,name,price\nA-1,Lamp,5.25\n")
        wait_for_success(client, small)
        eventually(lambda: get_task(client, big)["state"] == "dead")
        dead_task = get_task(client, big)
        assert dead_task["errors"] == [f"The price list needs more than {MIB} MiB of memory."]
        assert dead_task["retry_count"] == 2, "three attempts"
    assert system.stop() == 0
