"""Measures previews: `python bench/preview_speed.py [CSV rows] [xlsx rows]`.

Prints the seconds from the end of the upload until the page shows what would happen, for a list
of a new supplier and for the next one with 5 % new prices; each is applied after it. Beside each
stands the reading alone, in the parser process.
"""

import asyncio
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import psycopg
from import_speed import generate_rows, import_seconds, read, write_csv, write_xlsx
from servers import free_port, migrated_servers, settings_for

from pricebook.auth.schemas import Caller
from pricebook.db.database import Database
from pricebook.db.resources import Resources
from pricebook.imports import preview_reading, preview_service
from pricebook.imports.preview_sources import PreviewContext
from pricebook.imports.service import SubmissionContext
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.services import open_redis, submission_context_for
from pricebook.settings import Settings

SUPPLIER = "INSERT INTO suppliers (name, source_type) VALUES (%s, 'csv') RETURNING id"
CHUNK_BYTES = 1 << 20


def main() -> None:
    """Measure both formats."""
    csv_rows, xlsx_rows = map(int, [*sys.argv[1:], "200000", "200000"][:2])
    with migrated_servers() as endpoints, ParserPool() as parser_pool:
        settings = settings_for(endpoints, free_port())
        for name, write, count in (
            ("list.csv", write_csv, csv_rows),
            ("list.xlsx", write_xlsx, xlsx_rows),
        ):
            with TemporaryDirectory() as folder, psycopg.connect(endpoints.database_url) as conn:
                (supplier_id,) = conn.execute(SUPPLIER, [name]).fetchone() or (uuid4(),)
                conn.commit()
                path = Path(folder) / name
                for step, changed in (("first list", 0), ("5 % changed", 20)):
                    write(path, generate_rows(count, changed))
                    alone, _ = asyncio.run(read(path))
                    seconds = asyncio.run(preview_seconds(settings, parser_pool, supplier_id, path))
                    print(
                        f"{name}: {count:,} rows, {step:12} {seconds:5.1f} s until it is shown,"
                        f" reading alone {alone:.1f} s",
                        flush=True,
                    )
                    asyncio.run(import_seconds(endpoints.database_url, path, name))


async def preview_seconds(
    settings: Settings, parser_pool: ParserPool, supplier_id: UUID, path: Path
) -> float:
    """Return the seconds of a preview, from the end of the upload until it is ready.

    As in a worker, the parser process was started with the price list before, if there was one.
    """
    async with (
        Database(settings.required_database_url) as database,
        open_redis(settings) as redis,
    ):
        context = submission_context_for(Resources(settings, database, ""), redis)
        preview_id = await upload(context, supplier_id, path)
        start = time.perf_counter()
        await preview_reading.read_queued(PreviewContext(settings, database, parser_pool))
        seconds = time.perf_counter() - start
        state = await preview_service.get_state(database, preview_id)
    if state.preview.state != "ready":
        raise SystemExit(f"The preview is {state.preview.state}: {state.result}")
    return seconds


async def upload(context: SubmissionContext, supplier_id: UUID, path: Path) -> UUID:
    """Upload a price list to be previewed; return the id of the preview."""
    caller = Caller(uuid4(), "bench", "admin")
    async with context.storage.receive_upload(caller.id) as received:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                await received.write(chunk)
        return await preview_service.preview_upload(
            context, caller, supplier_id, received, path.name
        )


if __name__ == "__main__":
    main()
