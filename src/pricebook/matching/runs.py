"""Runs: suggest products for unmatched items, and link the certain ones where that is switched on.

It loads numpy and holds the index of all products in memory, so that it runs in a process of its
own (run_process.py).
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from uuid import UUID

import msgspec
import structlog

from pricebook.categories import service as categories
from pricebook.db.database import Database
from pricebook.errors import DatabaseUnavailableError, LeaseLostError, PricebookError
from pricebook.matching import (
    article_repository,
    cluster_repository,
    decisions,
    new_products,
    run_repository,
    suggestion_repository,
)
from pricebook.matching.article_repository import ItemTexts
from pricebook.matching.articles import Categories, item_article, load_linked, product_article
from pricebook.matching.cluster_repository import FoundCluster
from pricebook.matching.examined_items import examined_item
from pricebook.matching.learning import current_model, supplier_context
from pricebook.matching.new_products import NewProducts
from pricebook.matching.product_index import load_index
from pricebook.matching.run_repository import RunProgress
from pricebook.matching.run_schemas import MatchRun
from pricebook.matching.schemas import Band
from pricebook.matching.scoring.candidates import ProductIndex
from pricebook.matching.scoring.clusters import Unmatched, find_clusters
from pricebook.matching.scoring.model import Model
from pricebook.matching.scoring.ranking import Suggestion
from pricebook.matching.scoring.suggesting import CatalogProduct, Run
from pricebook.system.async_tasks import wait_for_first
from pricebook.system.chunks import chunks

log = structlog.stdlib.get_logger(__name__)

LEASE_SECONDS = 60.0
RENEWALS_PER_LEASE = 4
MAX_ATTEMPTS = 3
COMPARED_ITEMS = 500
# What was compared of so many items is in memory at once, some 20 KB for each.
EXAMINED_AT_ONCE = 20_000
MAX_CLUSTERED_ITEMS = 20_000


async def run_next(database: Database, run_id: UUID | None = None) -> MatchRun | None:
    """Run what waits longest, or one run; return it as it ended, None if nothing can be run now.

    Raises DatabaseUnavailableError, after which another process repeats the run.
    """
    async with database.transaction() as conn:
        await run_repository.release_abandoned(conn, MAX_ATTEMPTS)
    async with database.transaction() as conn:
        run = await run_repository.claim_run(conn, LEASE_SECONDS, run_id)
    if run is None:
        return None
    error = None
    try:
        examination = _Examination(database, run)
        await wait_for_first(examination.run(), examination.keep_lease())
    except DatabaseUnavailableError:
        raise
    except LeaseLostError as lost:
        log.warning("matching run abandoned", run_id=str(run.id), reason=lost.message)
        return None
    except PricebookError as failure:
        error = failure.message
    except Exception:
        log.exception("matching run failed", run_id=str(run.id))
        error = "An unexpected error; the log of the worker has it."
    async with database.transaction() as conn:
        await run_repository.end_run(conn, run, error)
        return await run_repository.find_run(conn, run.id)


class _Examination:
    """The work of one run; what it loads is kept until its end."""

    def __init__(self, database: Database, run: MatchRun) -> None:
        self._database, self._run = database, run
        self._progress = RunProgress(items_total=0, linked=run.linked, created=run.created)
        self._new = NewProducts({})
        self._left_out = set[UUID]()

    async def run(self) -> None:
        """Examine the items supplier by supplier; then find clusters if all are examined.

        Items of whatever supplier that a new or changed product may be are examined again, too.
        """
        database, run = self._database, self._run
        self._new = await new_products.read_noted(database)
        async with database.connection() as conn:
            suppliers = await article_repository.list_suppliers_to_examine(
                conn, run.supplier_id, run.supplier_item_ids
            )
            paths = await categories.read_paths(conn)
        model = await current_model(database)
        async with database.connection() as conn:
            await run_repository.set_weights(conn, run.id)
        if run.supplier_item_ids == [] and not self._new.noted:
            return
        index = await load_index(database, paths)
        await self._report()
        self._new = await new_products.find_items(database, self._new, index)
        for supplier_id in sorted({*suppliers, *self._new.items}):
            items = await self._list_items(supplier_id, is_wanted=supplier_id in suppliers)
            if items:
                await self._examine(supplier_id, items, index, (model, paths))
        if self._left_out:
            await self._request_rest()
        else:
            await new_products.set_compared(database, self._new)
        if run.supplier_id is None and run.supplier_item_ids is None:
            await self._find_clusters(suppliers, model)

    async def _request_rest(self) -> None:
        """Queue a run for items that could not be stored, which compares the new products, too."""
        async with self._database.transaction() as conn:
            for supplier_id in sorted(self._left_out):
                await run_repository.insert_run_after_import(conn, supplier_id, "products")

    async def _list_items(self, supplier_id: UUID, *, is_wanted: bool) -> list[ItemTexts]:
        """Return the items of a supplier to examine, as the run wants them and for new products."""
        run, items = self._run, list[ItemTexts]()
        async with self._database.connection() as conn:
            if is_wanted:
                items += await article_repository.list_items_to_examine(
                    conn, supplier_id, run.supplier_item_ids, with_unchanged=run.with_unchanged
                )
            rest = {*self._new.items.get(supplier_id, ())} - {item.id for item in items}
            if rest:
                items += await article_repository.list_items_to_examine(
                    conn, supplier_id, sorted(rest), with_unchanged=True
                )
        return items

    async def _examine(
        self,
        supplier_id: UUID,
        items: Sequence[ItemTexts],
        index: ProductIndex[UUID],
        known: tuple[Model, Categories],
    ) -> None:
        model, paths = known
        context = await supplier_context(self._database, supplier_id, index, paths)
        for group in chunks(items, EXAMINED_AT_ONCE):
            examined = Run[UUID, UUID](index, context, model)
            await self._examine_group(supplier_id, examined, group, paths)
        if self._run.creates_products and supplier_id == self._run.supplier_id:
            await self._create_products(supplier_id)
        else:
            await self._link_certain(supplier_id, [item.id for item in items])

    async def _examine_group(
        self,
        supplier_id: UUID,
        examined: Run[UUID, UUID],
        items: Sequence[ItemTexts],
        paths: Categories,
    ) -> None:
        """Examine items, and again those examined before that compete with them for products."""
        known = {item.id: item for item in items}
        found = await self._find(examined, items)
        async with self._database.connection() as conn:
            competing = await article_repository.list_competing_items(
                conn, supplier_id, list({each for ids in found.values() for each in ids})
            )
        others = [item for item in competing if item.id not in known]
        known |= {item.id: item for item in others}
        found |= await self._find(examined, others)
        self._progress = msgspec.structs.replace(
            self._progress, items_total=self._progress.items_total + len(known)
        )
        for chunk in chunks(list(known), COMPARED_ITEMS):
            await self._compare(examined, supplier_id, chunk, found, paths)
            await self._report()
        await self._store(supplier_id, known, examined.suggestions())

    async def _find(
        self, examined: Run[UUID, UUID], items: Sequence[ItemTexts]
    ) -> dict[UUID, list[UUID]]:
        found = dict[UUID, list[UUID]]()
        for chunk in chunks(items, COMPARED_ITEMS):
            async with self._database.connection() as conn:
                rejected = await article_repository.list_rejected_products(
                    conn, [item.id for item in chunk]
                )
            found |= examined.find({item.id: item_article(item) for item in chunk}, rejected)
            await self._report()
        return found

    async def _compare(
        self,
        examined: Run[UUID, UUID],
        supplier_id: UUID,
        item_ids: Sequence[UUID],
        found: Mapping[UUID, Sequence[UUID]],
        paths: Categories,
    ) -> None:
        product_ids = list({each for item_id in item_ids for each in found[item_id]})
        async with self._database.connection() as conn:
            products = await article_repository.list_products(conn, product_ids)
            linked = await load_linked(conn, product_ids)
            supplied = await article_repository.list_supplied_products(
                conn, supplier_id, product_ids
            )
        examined.compare(
            item_ids,
            {
                product.id: CatalogProduct(
                    product_article(product, paths),
                    [*map(item_article, linked.get(product.id, []))],
                    has_item_of_supplier=product.id in supplied,
                )
                for product in products
            },
        )

    async def _store(
        self,
        supplier_id: UUID,
        known: Mapping[UUID, ItemTexts],
        suggestions: Mapping[UUID, Sequence[Suggestion[UUID]]],
    ) -> None:
        for chunk in chunks(list(known), COMPARED_ITEMS):
            examined = [examined_item(known[each], suggestions.get(each, ())) for each in chunk]
            async with self._database.transaction() as conn:
                bands = await suggestion_repository.store_suggestions(conn, examined)
            self._count(len(examined), bands)
            if len(bands) < len(examined):
                self._left_out.add(supplier_id)
            await self._report()

    async def _link_certain(self, supplier_id: UUID, known: Iterable[UUID]) -> None:
        linked = await decisions.link_certain(self._database, supplier_id, list(known))
        self._progress = msgspec.structs.replace(
            self._progress, linked=self._progress.linked + linked
        )
        await self._report()

    async def _create_products(self, supplier_id: UUID) -> None:
        """Link certain matches, and make products of the items without a likely one."""
        made = await decisions.create_products(self._database, supplier_id, self._run.requested_by)
        self._progress = msgspec.structs.replace(
            self._progress,
            linked=self._progress.linked + made.linked,
            created=self._progress.created + made.created,
        )
        await self._report()

    async def _find_clusters(self, suppliers: Sequence[UUID], model: Model) -> None:
        async with self._database.connection() as conn:
            items = await article_repository.list_items_without_match(conn, MAX_CLUSTERED_ITEMS)
        unmatched = {item.id: Unmatched(item.supplier_id, item_article(item)) for item in items}
        found = (
            await asyncio.to_thread(find_clusters, unmatched, model) if len(suppliers) > 1 else []
        )
        clusters = [FoundCluster(each.score, [*each.reasons], each.items) for each in found]
        async with self._database.transaction() as conn:
            await cluster_repository.replace_clusters(conn, clusters)

    def _count(self, items: int, bands: Sequence[Band | None]) -> None:
        before = self._progress
        self._progress = msgspec.structs.replace(
            before,
            items_done=before.items_done + items,
            certain=before.certain + bands.count("certain"),
            likely=before.likely + bands.count("likely"),
            possible=before.possible + bands.count("possible"),
        )

    async def keep_lease(self) -> None:
        """Extend the lease again and again; raises LeaseLostError once another process has it."""
        while True:
            await asyncio.sleep(LEASE_SECONDS / RENEWALS_PER_LEASE)
            with suppress(DatabaseUnavailableError):
                await self._report()

    async def _report(self) -> None:
        async with self._database.connection() as conn:
            is_valid = await run_repository.set_progress(
                conn, self._run, self._progress, LEASE_SECONDS
            )
        if not is_valid:
            raise LeaseLostError(f"The lease of the run {self._run.id} is lost.")
