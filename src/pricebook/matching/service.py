from collections.abc import Sequence
from uuid import UUID

import msgspec

from pricebook.db.database import Connection, Database
from pricebook.errors import ConflictError, NotFoundError
from pricebook.http.pagination import CursorPage, CursorPaging, cursor_page_of
from pricebook.matching import (
    auto_link_repository,
    batch_repository,
    cluster_repository,
    decisions,
    log_repository,
    model_repository,
    repository,
    run_repository,
    summary_repository,
    undoing,
)
from pricebook.matching.auto_link_schemas import AutoLink, UnlinkedCertain
from pricebook.matching.cluster_schemas import Cluster, ClusterQuery
from pricebook.matching.decision_repository import NewBatch
from pricebook.matching.decision_schemas import (
    BatchQuery,
    BulkDecision,
    DecidedBatch,
    Decision,
    FilteredDecision,
    MatchBatch,
    UndoneBatch,
)
from pricebook.matching.log_schemas import (
    BatchDecisionPaging,
    BatchDetail,
    DecisionPage,
    DecisionQuery,
    LoggedDecision,
)
from pricebook.matching.model_schemas import MatchModel
from pricebook.matching.run_schemas import MatchRun, RunRequest
from pricebook.matching.schemas import (
    Band,
    MatchQuery,
    MatchSummary,
    SuggestedMatch,
    SuggestedProduct,
)
from pricebook.matching.scoring.model import load_shipped
from pricebook.products import service as products
from pricebook.suppliers import service as suppliers

AFTER_IMPORT = "import"


async def list_matches(database: Database, query: MatchQuery) -> CursorPage[SuggestedMatch]:
    """Return a page of unmatched items with their suggestions, the best first."""
    async with database.connection() as conn:
        return cursor_page_of(query, await repository.list_matches(conn, query))


async def get_match(database: Database, item_id: UUID) -> SuggestedMatch:
    """Return an unmatched item with its suggestions; raises NotFoundError."""
    async with database.connection() as conn:
        match = await repository.find_match(conn, item_id)
    if match is None:
        raise NotFoundError(f"There is no unmatched item {item_id}.")
    return match


async def list_pairs(
    database: Database, item_ids: Sequence[UUID], product_ids: Sequence[UUID]
) -> dict[tuple[UUID, UUID], SuggestedProduct]:
    """Return by item and product what is known of the pairs of some that are suggested."""
    async with database.connection() as conn:
        rows = await repository.list_pairs(conn, item_ids, product_ids)
    return {(row.id, each.product_id): each for row in rows for each in row.suggestions()}


async def count_bands(
    database: Database, query: MatchQuery, without_items: Sequence[UUID], limit: int
) -> dict[Band | None, int]:
    """Return how many items that pass the filters of a query, but for some, each band has.

    Items without a suggestion have the band None. If more than `limit` pass, so many are counted.
    """
    async with database.connection() as conn:
        return await repository.count_bands(conn, query, without_items, limit)


async def request_run(database: Database, request: RunRequest, name: str) -> MatchRun:
    """Queue a run; raises NotFoundError for an unknown supplier."""
    if request.supplier_id is not None:
        await suppliers.get_supplier(database, request.supplier_id)
    async with database.short_transaction() as conn:
        return await run_repository.insert_run(
            conn,
            name,
            request.supplier_id,
            request.supplier_item_ids,
            with_unchanged=request.with_unchanged,
        )


async def get_run(database: Database, run_id: UUID) -> MatchRun:
    """Return a run; raises NotFoundError."""
    async with database.connection() as conn:
        run = await run_repository.find_run(conn, run_id)
    if run is None:
        raise NotFoundError(f"There is no run {run_id}.")
    return run


async def list_runs(database: Database, paging: CursorPaging) -> CursorPage[MatchRun]:
    """Return a page of the runs, newest first."""
    async with database.connection() as conn:
        return cursor_page_of(paging, await run_repository.list_runs(conn, paging))


async def is_run_due(database: Database) -> bool:
    """Return whether a run waits that could be done now."""
    async with database.connection() as conn:
        return await run_repository.is_due(conn)


async def request_run_after_import(conn: Connection, supplier_id: UUID) -> None:
    """Queue a run over what is new or changed of a supplier, in the transaction of an import."""
    await run_repository.insert_run_after_import(conn, supplier_id, AFTER_IMPORT)


async def purge_runs(database: Database, keep_days: int) -> None:
    """Delete the runs that ended longer ago."""
    async with database.transaction() as conn:
        await run_repository.purge_runs(conn, keep_days)


async def create_products_after_import(conn: Connection, supplier_id: UUID, task_id: UUID) -> int:
    """Make a product of each unmatched item of a supplier; return how many, in an import's step.

    Where there are products already, a run is queued instead: it links certain matches, leaves
    likely ones to people, and makes products of the other items.
    """
    if not await run_repository.has_products(conn):
        return await products.create_products_from_unmatched(conn, supplier_id, task_id)
    await run_repository.insert_run_after_import(
        conn, supplier_id, AFTER_IMPORT, creates_products=True
    )
    return 0


async def find_queued_creation(database: Database, supplier_name: str) -> UUID | None:
    """Return the id of the run that waits to make products of items of a supplier."""
    async with database.connection() as conn:
        supplier = await suppliers.find_supplier(conn, supplier_name)
        return supplier and await run_repository.find_queued_creation(conn, supplier.id)


async def decide(database: Database, bulk: BulkDecision, name: str) -> DecidedBatch:
    """Link items and reject pairs as one batch, each or not at all, with the outcome of each.

    Raises ConflictError if another number of items passes the filter than expected.
    """
    wanted = bulk.decisions or []
    if bulk.filter is not None:
        wanted = await _best_pairs(database, bulk.filter)
    batch = NewBatch("decisions", name)
    outcomes = await decisions.decide(database, batch, wanted)
    kinds = [outcome.outcome for outcome in outcomes]
    is_done = any(kind not in {"unchanged", "refused"} for kind in kinds)
    return DecidedBatch(
        batch.id if is_done else None,
        linked=kinds.count("linked"),
        rejected=kinds.count("rejected"),
        unlinked=kinds.count("unlinked"),
        dismissed=kinds.count("dismissed"),
        unchanged=kinds.count("unchanged"),
        refused=kinds.count("refused"),
        outcomes=outcomes,
    )


async def undo_batch(database: Database, batch_id: UUID, name: str) -> UndoneBatch:
    """Take a batch back, but for links that somebody changed since; raises NotFoundError."""
    return await undoing.undo(database, batch_id, name)


async def find_summary(database: Database, supplier_id: UUID | None) -> MatchSummary:
    """Return how many unmatched items wait for what; raises NotFoundError."""
    if supplier_id is not None:
        await suppliers.get_supplier(database, supplier_id)
    async with database.connection() as conn:
        return await summary_repository.read_summary(conn, supplier_id)


async def count_linked(database: Database, supplier_id: UUID) -> int:
    """Return how many items in the price lists of a supplier have a product."""
    async with database.connection() as conn:
        return await summary_repository.count_linked(conn, supplier_id)


async def count_unlinked_certain(database: Database, supplier_id: UUID | None) -> UnlinkedCertain:
    """Return why items with a certain suggestion are not linked, of a supplier or of all."""
    async with database.connection() as conn:
        return await summary_repository.count_unlinked_certain(conn, supplier_id)


async def list_decisions(database: Database, query: DecisionQuery) -> CursorPage[LoggedDecision]:
    """Return a page of decisions, the newest first."""
    async with database.connection() as conn:
        found = await log_repository.list_decisions(conn, query, query.window)
    return cursor_page_of(query, found)


async def get_batch(database: Database, batch_id: UUID, paging: BatchDecisionPaging) -> BatchDetail:
    """Return a batch with a page of its decisions; raises NotFoundError."""
    async with database.connection() as conn:
        batch = await batch_repository.find_batch(conn, batch_id)
        if batch is None:
            raise NotFoundError(f"There is no batch {batch_id}.")
        query = DecisionQuery(batch_id=batch_id)
        found = await log_repository.list_decisions(conn, query, paging.window)
    page = msgspec.structs.asdict(cursor_page_of(paging, found))
    return BatchDetail(**msgspec.structs.asdict(batch), decisions=DecisionPage(**page))


async def list_batches(database: Database, query: BatchQuery) -> CursorPage[MatchBatch]:
    """Return a page of the batches of decisions, newest first."""
    async with database.connection() as conn:
        return cursor_page_of(query, await batch_repository.list_batches(conn, query))


async def get_auto_link(database: Database, supplier_id: UUID) -> AutoLink:
    """Return whether certain matches of a supplier are linked; raises NotFoundError."""
    async with database.connection() as conn:
        auto_link = await auto_link_repository.find_auto_link(conn, supplier_id)
    if auto_link is None:
        raise NotFoundError(f"There is no supplier {supplier_id}.")
    return auto_link


async def set_auto_link(
    database: Database, supplier_id: UUID, name: str, *, is_on: bool
) -> AutoLink:
    """Switch the auto-link of a supplier on or off; raises NotFoundError."""
    await get_auto_link(database, supplier_id)
    async with database.short_transaction() as conn:
        await auto_link_repository.set_auto_link(conn, supplier_id, name, is_on=is_on)
    return await get_auto_link(database, supplier_id)


async def list_models(database: Database) -> list[MatchModel]:
    """Return the learnt weights, newest first, and those of the release."""
    async with database.connection() as conn:
        learnt = await model_repository.list_models(conn)
    shipped = load_shipped()
    is_active = not any(model.is_active for model in learnt)
    return [*learnt, MatchModel(0, 0, is_active, "release", None, dict(shipped.weights))]


async def use_model(database: Database, version: int) -> list[MatchModel]:
    """Use other weights from the next run on; raises NotFoundError."""
    async with database.short_transaction() as conn:
        if not await model_repository.activate(conn, version):
            raise NotFoundError(f"There are no weights {version}.")
    return await list_models(database)


async def list_clusters(database: Database, query: ClusterQuery) -> CursorPage[Cluster]:
    """Return a page of the clusters, the likeliest first."""
    async with database.connection() as conn:
        return cursor_page_of(query, await cluster_repository.list_clusters(conn, query))


async def _best_pairs(database: Database, wanted: FilteredDecision) -> list[Decision]:
    async with database.connection() as conn:
        without = wanted.without_items
        count = await repository.count_matches(conn, wanted, without)
        if count != wanted.expected_count:
            raise ConflictError(
                f"{count} items pass the filter, not {wanted.expected_count}: nothing was changed."
                " List them again."
            )
        pairs = await repository.list_best_pairs(conn, wanted, wanted.expected_count, without)
    return [
        Decision(item_id, wanted.action, None if wanted.action == "none" else product_id)
        for item_id, product_id in pairs
    ]
