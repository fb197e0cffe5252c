"""Corrected rows of a task: how they are read, and what they change in the task."""

from collections import Counter
from collections.abc import Mapping
from itertools import chain
from typing import Any
from uuid import UUID

import msgspec

from pricebook.db.database import Connection
from pricebook.errors import ConflictError, NotFoundError, PriceListError
from pricebook.imports import row_error_repository
from pricebook.imports.configuration import overridden
from pricebook.imports.row_error_repository import CorrectedRows
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.pricelists.detection.sheet_settings import is_same_sheet
from pricebook.pricelists.row_tables import row_tables
from pricebook.pricelists.schemas.profile import convert_profile
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.pricelists.schemas.read_request import CorrectionRequest
from pricebook.suppliers.schemas import Supplier
from pricebook.tasks import service as tasks
from pricebook.tasks.correctable_tasks import TaskToCorrect
from pricebook.tasks.counts import Counts

# Options of reading that say what the prices are, not where they are in a file.
_PRICE_OPTIONS = (
    "decimal_separator",
    "currency",
    "price_quantity",
    "prices_per_pack",
    "prices_in",
    "vat_included",
    "vat_rate",
    "discount",
    "discount_groups",
    "discount_base",
    "net_marks",
    "ignored_marks",
    "unit_meanings",
    "title_discounts",
)
_OUTCOMES = {"back": "changed", "rate": "unchanged"}


async def find_task_to_correct(
    conn: Connection, task_id: UUID | None, *, locks: bool = False
) -> TaskToCorrect | None:
    """Return the task that a file of corrections is for; None for a price list.

    Raises PriceListError if there is no such task, or its rejected rows cannot be corrected any
    more.
    """
    if task_id is None:
        return None
    try:
        return await tasks.find_task_to_correct(conn, task_id, locks=locks)
    except (NotFoundError, ConflictError) as error:
        raise PriceListError(error.message) from error


def correction_request(task: TaskToCorrect) -> CorrectionRequest:
    """Return the profile and the id by which corrected rows are read."""
    profile = convert_profile(task.found)
    if profile is None:
        raise PriceListError(
            f"Task {task.id} was imported by an earlier release; import its price list again."
        )
    return CorrectionRequest(str(task.id), profile)


def correction_config(
    explicit: ReadConfig, task: TaskToCorrect, supplier: Supplier | None
) -> ReadConfig:
    """Return the options of the request; what prices are also by the supplier and the task.

    Settings of sheets that the task did not read are left out.
    """
    of_supplier: dict[str, Any] = supplier.metadata.get("source_config", {}) if supplier else {}
    options = _price_options(of_supplier, task.source_config)
    none: dict[str, Any] = {}
    settings: list[dict[str, dict[str, Any]]] = [
        each.get("sheet_settings") or {} for each in (of_supplier, task.source_config)
    ]
    sheets = {table.sheet for table in row_tables(correction_request(task).profile)}
    options["sheet_settings"] = {
        name: _price_options(*(each.get(name, none) for each in settings))
        for name in dict.fromkeys(chain(*settings))
        if any(is_same_sheet(name, sheet) for sheet in sheets)
    }
    return msgspec.structs.replace(overridden(options, explicit), mode="partial")


def _price_options(of_supplier: Mapping[str, Any], of_task: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a task about prices, with the discount groups as they are by now."""
    stored = {**of_supplier, **of_task}
    options = {name: stored[name] for name in _PRICE_OPTIONS if name in stored}
    groups = of_supplier.get("discount_groups")
    if groups is not None:  # completed since, perhaps
        options["discount_groups"] = groups
    return options


def correction_thresholds(thresholds: SafetyThresholds | None) -> SafetyThresholds | None:
    """Return the thresholds without that of rejected rows: corrections may all be wrong again."""
    return thresholds and msgspec.structs.replace(thresholds, rejected_percent=100)


async def record_corrections(conn: Connection, task: TaskToCorrect, corrected_by: UUID) -> None:
    """Mark the rows that were imported as corrected, and set the new reason of the others.

    The counts of the task then have the outcome of each row, in the same transaction.
    """
    groups = await row_error_repository.count_corrected_rows(conn, task.id)
    await row_error_repository.mark_corrected(conn, task.id, corrected_by)
    await row_error_repository.update_reasons(conn, task.id)
    differences, counts_by_error = count_differences(groups, task.row_error_counts)
    await tasks.add_corrections(conn, task, differences, counts_by_error)


def count_differences(
    groups: list[CorrectedRows], row_error_counts: dict[str, int]
) -> tuple[Counts, dict[str, int]]:
    """Return what the groups of rows change in the counts, and the new counts by error type."""
    differences: Counter[str] = Counter()
    by_error = Counter(row_error_counts)
    for group in groups:
        differences[_outcome(group.old_error_type)] -= group.rows
        by_error[group.old_error_type] -= group.rows
        if group.new_error_type is None:
            differences[_OUTCOMES.get(group.outcome, group.outcome)] += group.rows
        else:
            differences[_outcome(group.new_error_type)] += group.rows
            by_error[group.new_error_type] += group.rows
    return Counts(**differences), {name: rows for name, rows in by_error.items() if rows > 0}


def _outcome(error_type: str) -> str:
    return "duplicate" if error_type == "duplicate" else "rejected"
