"""A fixture that merges rows as a parser process sends them, without a file."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from pricebook.db.database import Database
from pricebook.imports import row_error_repository, staging_repository
from pricebook.imports.importer_schemas import ImportResult
from pricebook.imports.merge import StagedImport, merge_staged_rows
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.imports.staging import check_staged_rows
from pricebook.pricelists.isolation.copy_lines import LineFormatter
from pricebook.pricelists.schemas.price_list_rows import ItemRow, RejectedRow
from pricebook.pricelists.schemas.profile import DetectedProfile, NumberProfile
from pricebook.pricelists.schemas.read_config import Field
from pricebook.rates.schemas import ExchangeRule
from pricebook.suppliers import service as suppliers
from pricebook.tasks import service as tasks
from pricebook.tasks.schemas import InlineTask

MergeRows = Callable[..., Awaitable[ImportResult]]
FIELDS: tuple[Field, ...] = ("sku", "name", "price")


def item_row(sku: str, price: str | None = "10.00", **fields: Any) -> ItemRow:
    """Return a row with an article; `next_price` and `next_from` are given as text."""
    number = fields.pop("row_number", int("".join(filter(str.isdigit, sku)) or 1))
    for name, convert in (("next_price", Decimal), ("next_from", date.fromisoformat)):
        if name in fields:
            fields[name] = convert(fields[name])
    return ItemRow(
        row_number=number,
        supplier_sku=sku,
        name=fields.pop("name", f"Nail {sku}"),
        price=None if price is None else Decimal(price),
        category=None,
        characteristics=fields.pop("characteristics", {}),
        **fields,
    )


def item_rows(count: int, price: str = "10.00") -> list[ItemRow]:
    """Return rows of articles A1, A2, … with one price."""
    return [item_row(f"A{number}", price) for number in range(1, count + 1)]


def profile(*fields: Field) -> DetectedProfile:
    """Return the profile of a price list with columns for these fields, too."""
    return DetectedProfile(
        format="csv",
        header_row=1,
        columns={field: field for field in (*FIELDS, *fields)},
        characteristic_columns=(),
        currency="USD",
        numbers=NumberProfile(),
    )


@pytest.fixture
def merge_rows(database: Database) -> MergeRows:
    """Import rows as a price list of ACME, with safety thresholds only if some are given."""

    async def merge(
        rows: Sequence[ItemRow | RejectedRow],
        *,
        found: DetectedProfile | None = None,
        mode: Any = "full",
        safety_thresholds: SafetyThresholds | None = None,
        **overrides: Any,
    ) -> ImportResult:
        async def lines() -> AsyncIterator[bytes]:
            format_line = LineFormatter(has_categories=False).format
            yield "".join(map(format_line, rows)).encode()

        async with database.transaction() as conn:
            await staging_repository.create_staging(conn)
            await staging_repository.copy_rows(conn, lines())
            supplier, is_new = await suppliers.lock_or_create_supplier(conn, "ACME", "csv")
            task = InlineTask(
                supplier_id=supplier.id,
                supplier_name=supplier.name,
                parser_type="csv",
                source_config={},
                requested_by=None,
                started_at=datetime.now(UTC),
            )
            lease = await tasks.record_inline_task(conn, task)
            await check_staged_rows(conn, supplier.id, ExchangeRule("USD", max_age_days=7))
            await row_error_repository.insert_row_errors(conn, lease.task_id, supplier.id)
            staged = StagedImport(
                lease=lease,
                supplier=supplier,
                is_new_supplier=is_new,
                found=found or profile(),
                mode=mode,
                ignored=0,
                safety_thresholds=safety_thresholds,
                **overrides,
            )
            return await merge_staged_rows(conn, staged)

    return merge
