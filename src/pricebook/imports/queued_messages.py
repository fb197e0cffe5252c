"""Messages of other producers: checked like a request, then stored as a task."""

from typing import Any

import msgspec

from pricebook.db.database import Connection, Database
from pricebook.errors import NotFoundError, PriceListError, ValidationError
from pricebook.imports.source_location import SourceAccess, resolve_source
from pricebook.pricelists.schemas.read_request import GoogleSheetSource
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import SourceConfig, Supplier
from pricebook.system.refused_values import explain_refusal
from pricebook.tasks import service as tasks
from pricebook.tasks.message import TaskMessage, decode_message, find_task_id


async def accept_message(database: Database, access: SourceAccess, payload: bytes) -> None:
    """Store the task of a message; do nothing when the task is stored already.

    Raises ValidationError for a malformed message, a refused source and an inactive supplier,
    NotFoundError for an unknown supplier, DatabaseUnavailableError.
    """
    async with database.short_transaction() as conn:
        task_id = find_task_id(payload)
        if task_id is not None and await tasks.task_exists(conn, task_id):
            return
        message = decode_message(payload)
        supplier = await _require_supplier(conn, message)
        await tasks.insert_from_message(
            conn,
            msgspec.structs.replace(
                message,
                supplier_id=supplier.id,
                supplier_name=supplier.name,
                source_config=_checked_config(message, access),
            ),
        )


async def _require_supplier(conn: Connection, message: TaskMessage) -> Supplier:
    """Return the active supplier of a message, by its id if given, else by its name."""
    supplier = await suppliers.find_supplier(conn, message.supplier_id or message.supplier_name)
    if supplier is None:
        raise NotFoundError(f"There is no supplier {message.supplier_id or message.supplier_name}.")
    namesake = await suppliers.find_supplier(conn, message.supplier_name)
    if namesake is not None and namesake.id != supplier.id:
        raise ValidationError(
            f"supplier_id is that of {supplier.name}, supplier_name that of {namesake.id}."
        )
    source = await suppliers.find_supplier_source(conn, supplier.id)
    if source is None or not source.is_active:
        raise ValidationError(f"The supplier {supplier.name} is inactive.")
    return supplier


def _checked_config(message: TaskMessage, access: SourceAccess) -> dict[str, Any]:
    """Return the source configuration of a message under its current field names."""
    try:
        config = msgspec.convert(message.source_config, SourceConfig)
        source = resolve_source(config, access)
    except msgspec.ValidationError as error:
        refused = explain_refusal(error, SourceConfig)
        raise ValidationError(f"source_config is refused: {refused}.") from None
    except PriceListError as error:
        raise ValidationError(f"source_config is refused: {error.message}") from None
    if isinstance(source, GoogleSheetSource) != (message.parser_type == "google_sheets"):
        raise ValidationError(
            f"parser_type {message.parser_type} does not fit the location in source_config."
        )
    return msgspec.to_builtins(config)
