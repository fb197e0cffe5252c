import hashlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import UUID

import msgspec

from pricebook.db.database import Connection, Database
from pricebook.errors import ConflictError, NotFoundError, body_issue, validation_error
from pricebook.http import safe_csv
from pricebook.http.pagination import CursorPage, CursorPaging, cursor_page_of
from pricebook.imports.upload_folder import Upload
from pricebook.product_imports import repository, row_repository
from pricebook.product_imports.cell_texts import LinkName, format_links, format_path
from pricebook.product_imports.file_columns import FILE_COLUMNS, HELPER_TITLES
from pricebook.product_imports.planning import format_price
from pricebook.product_imports.schemas import (
    ImportedRow,
    ImportedRowQuery,
    ImportOptions,
    NewImport,
    ProductImport,
)
from pricebook.products import bulk
from pricebook.products.list_filters import StaffProductFilter
from pricebook.products.schemas import FileProduct
from pricebook.tasks.schemas import Requester

# Spreadsheets read a CSV file as UTF-8 only with it.
BYTE_ORDER_MARK = "\ufeff"


async def accept_upload(
    database: Database,
    requester: Requester,
    options: ImportOptions,
    file: tuple[Upload, str | None],
) -> ProductImport:
    """Store an uploaded file durably, then queue its import and return that.

    A repeated request with the same idempotency key returns the import of the first one. Raises
    ValidationError for an empty file, ConflictError if the key was used for another request.
    """
    upload, file_name = file
    if not upload.size:
        raise validation_error(body_issue("file", "is empty"))
    await upload.finish()
    digest = hashlib.sha256(upload.digest + msgspec.json.encode(options)).digest()
    async with database.connection() as conn:
        earlier = await _find_earlier(conn, requester, digest)
    if earlier is not None:
        return earlier
    await upload.commit()
    new = NewImport(
        options=options,
        file_path=upload.location,
        file_name=file_name,
        requested_by=requester.name,
        requested_by_id=requester.id,
        request_id=requester.request_id,
        idempotency_key=requester.idempotency_key,
        digest=digest,
    )
    return await _insert(database, requester, new)


async def apply_dry_run(
    database: Database, requester: Requester, dry_run_id: UUID
) -> ProductImport:
    """Queue the import of the file of a dry run, and return it; repeated, return the first one.

    Raises NotFoundError; ConflictError for what is no dry run that ended within a day.
    """
    async with database.connection() as conn:
        await require_import(conn, dry_run_id)
        found = await repository.find_dry_run(conn, dry_run_id)
    if found is None:
        raise ConflictError(
            "Only a dry run that read its file can be applied, within a day: upload the file again."
        )
    requester = msgspec.structs.replace(requester, idempotency_key=f"dry run {dry_run_id}")
    new = NewImport(
        options=ImportOptions(sheet_name=found.sheet_name),
        file_path=found.file_path,
        file_name=found.file_name,
        requested_by=requester.name,
        requested_by_id=requester.id,
        request_id=requester.request_id,
        idempotency_key=requester.idempotency_key,
        digest=hashlib.sha256(found.file_path.encode()).digest(),
    )
    return await _insert(database, requester, new)


async def _insert(database: Database, requester: Requester, new: NewImport) -> ProductImport:
    """Queue an import, and return it, or the one that has its idempotency key."""
    async with database.transaction() as conn:
        import_id = await repository.insert_import(conn, new)
        if import_id is not None:
            return await require_import(conn, import_id)
        earlier = await _find_earlier(conn, requester, new.digest or b"")
    if earlier is None:
        raise LookupError("the import of a used idempotency key is missing")
    return earlier


async def _find_earlier(
    conn: Connection, requester: Requester, digest: bytes
) -> ProductImport | None:
    if requester.idempotency_key is None:
        return None
    found = await repository.find_by_idempotency_key(conn, requester.id, requester.idempotency_key)
    if found is None:
        return None
    if found.digest != digest:
        raise ConflictError("This Idempotency-Key was used for another request.")
    return await require_import(conn, found.id)


async def list_imports(database: Database, paging: CursorPaging) -> CursorPage[ProductImport]:
    """Return a page of the imports, newest first."""
    async with database.connection() as conn:
        return cursor_page_of(paging, await repository.list_imports(conn, paging))


async def get_import(database: Database, import_id: UUID) -> ProductImport:
    """Return an import; raises NotFoundError."""
    async with database.connection() as conn:
        return await require_import(conn, import_id)


async def require_import(conn: Connection, import_id: UUID) -> ProductImport:
    """Return an import, read in the caller's transaction; raises NotFoundError."""
    found = await repository.find_import(conn, import_id)
    if found is None:
        raise NotFoundError(f"There is no import of products {import_id}.")
    return found


async def list_rows(
    database: Database, import_id: UUID, query: ImportedRowQuery
) -> CursorPage[ImportedRow]:
    """Return a page of the rows of an import that change something; raises NotFoundError."""
    async with database.connection() as conn:
        await require_import(conn, import_id)
        return cursor_page_of(query, await row_repository.list_rows(conn, import_id, query))


async def export_rejected(database: Database, import_id: UUID) -> AsyncGenerator[str]:
    """Yield the rejected rows of an import as CSV, which can be corrected and imported again.

    Raises NotFoundError.
    """
    async with database.export_transaction() as conn:
        columns = (await require_import(conn, import_id)).columns or []
        number, *error = HELPER_TITLES
        yield BYTE_ORDER_MARK + safe_csv.lines([[number, *columns, *error]])
        async with aclosing(row_repository.stream_rejected(conn, import_id)) as batches:
            async for batch in batches:
                yield safe_csv.lines([[row, *cells, *why] for row, *why, cells in batch])


async def export_products(database: Database, query: StaffProductFilter) -> AsyncGenerator[str]:
    """Yield the products that pass the filters as a file that can be edited and imported."""
    text = BYTE_ORDER_MARK + safe_csv.lines([FILE_COLUMNS])
    async with (
        database.export_transaction() as conn,
        aclosing(bulk.stream_file_products(conn, query)) as batches,
    ):
        async for batch in batches:
            yield text + safe_csv.lines(map(_line, batch))
            text = ""
    if text:
        yield text


def _line(product: FileProduct) -> list[str | None]:
    return [
        product.internal_sku,
        product.name,
        format_path(product.category or ()),
        product.status,
        format_price(product.target_price),
        product.gtin,
        product.mpn,
        product.brand,
        format_links([LinkName(*link) for link in product.links or ()]),
    ]


async def list_pending_files(database: Database) -> set[str]:
    """Return the `file_path` of each import that has not ended, relative to UPLOADS_DIR."""
    async with database.connection() as conn:
        return await repository.list_pending_files(conn)


async def purge_old_imports(database: Database, days: int) -> None:
    """Delete the imports that ended more than `days` days ago, one in each transaction."""
    has_more = True
    while has_more:
        async with database.connection() as conn:
            has_more = await repository.delete_old_import(conn, days)
