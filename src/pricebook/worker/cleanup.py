"""Closes and deletes what is no longer kept: tasks, imports, rows, files, price changes."""

import asyncio

from pricebook.audit import service as audit
from pricebook.auth.failed_logins import purge_failed_logins
from pricebook.db.database import Database
from pricebook.events.service import purge_old_events
from pricebook.imports import preview_service as previews
from pricebook.imports.upload_folder import delete_orphaned_uploads
from pricebook.matching import service as matching
from pricebook.notices.sending import purge_notices
from pricebook.prices.retention import maintain_history
from pricebook.product_batches import service as product_batches
from pricebook.product_imports import service as product_imports
from pricebook.products import bulk as products
from pricebook.quarantine.service import purge_closed_rows
from pricebook.settings import Settings
from pricebook.suppliers import service as suppliers
from pricebook.tasks import history, refusal
from pricebook.undo import service as undo
from pricebook.webhooks.delivering import purge_deliveries


async def purge(settings: Settings, database: Database) -> None:
    """Close and delete what is no longer kept; create coming months of the price history."""
    await refusal.refuse_all_superseded(database)
    undo_days = min(settings.undo_days, settings.keep_tasks_days)
    await undo.purge_changes(database, undo_days)
    await history.purge_old_tasks(database, settings.keep_tasks_days)
    await product_imports.purge_old_imports(database, settings.keep_tasks_days)
    await product_batches.purge_old_batches(database, settings.keep_tasks_days)
    await purge_old_events(database)
    await purge_deliveries(database)
    await matching.purge_runs(database, settings.keep_tasks_days)
    await purge_closed_rows(database)
    await purge_notices(database)
    await purge_failed_logins(database)
    await audit.purge_old_entries(database, settings.keep_audit_days)
    await suppliers.add_up_item_counts(database)
    await products.clear_old_price_changes(database)
    referenced = await history.list_kept_files(database, settings.keep_uploads_days)
    referenced |= await product_imports.list_pending_files(database)
    referenced |= await previews.purge_previews(database)
    await asyncio.to_thread(delete_orphaned_uploads, settings.uploads, referenced)
    await maintain_history(database, settings.keep_prices_months)
