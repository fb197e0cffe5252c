"""What an installation learns: weights from decisions, words and sections of a supplier from links.

It loads numpy: only runs import it.
"""

import asyncio
from typing import Any
from uuid import UUID

import msgspec
import structlog

from pricebook.db.database import Database
from pricebook.matching import article_repository, model_repository
from pricebook.matching.articles import Categories, category_path, item_article, product_article
from pricebook.matching.scoring.candidates import ProductIndex
from pricebook.matching.scoring.dictionary import (
    learn_pairs,
    learn_sections,
    translations,
    without_brands,
)
from pricebook.matching.scoring.model import Model, load_shipped
from pricebook.matching.scoring.prepared import Context
from pricebook.matching.scoring.texts import describe
from pricebook.matching.scoring.training import Decision, train

log = structlog.stdlib.get_logger(__name__)

# Weights are learnt from so many decisions on, and again after a tenth of them more.
FIRST_DECISIONS = 50
MORE_DECISIONS = 0.1
MAX_DECISIONS = 20_000
# The newest links of a supplier, from which its words and sections are learnt.
MAX_LINKS = 2_000
LEARNT_BY = "decisions"


async def current_model(database: Database) -> Model:
    """Return the model in use, after learning from decisions if enough have been made since.

    One decision alone changes nothing. An installation that has gone back to the weights of the
    release keeps these until more decisions have been made.
    """
    async with database.connection() as conn:
        count = await model_repository.count_decisions(conn)
        learnt = await model_repository.count_learnt(conn)
        if count < FIRST_DECISIONS or count < learnt * (1 + MORE_DECISIONS) + 1:
            active = await model_repository.find_active(conn)
            return load_shipped() if active is None else _read_model(active)
        decided = await model_repository.list_learnt_decisions(conn, MAX_DECISIONS)
    decisions = [Decision(each.features, each.is_accepted) for each in decided]
    model = await asyncio.to_thread(train, decisions, load_shipped(), f"{count} decisions")
    async with database.transaction() as conn:
        stored = msgspec.json.encode(model).decode()
        await model_repository.insert_model(conn, stored, count, LEARNT_BY)
    return model


def _read_model(stored: dict[str, Any]) -> Model:
    """Return a learnt model; that of the release if another release has stored it differently."""
    try:
        return msgspec.convert(stored, Model)
    except msgspec.ValidationError as error:
        log.warning("learnt weights are of another release and are not used", reason=str(error))
        return load_shipped()


async def supplier_context(
    database: Database, supplier_id: UUID, index: ProductIndex[UUID], categories: Categories
) -> Context:
    """Return what the links of a supplier say of its words and of its sections."""
    async with database.connection() as conn:
        links = await article_repository.list_links_of_supplier(conn, supplier_id, MAX_LINKS)
        product_ids = list({link.product_id for link in links})
        products = await article_repository.list_products(conn, product_ids)
    by_id = {product.id: product for product in products}
    linked = [(link, by_id[link.product_id]) for link in links if link.product_id in by_id]
    pairs = learn_pairs(
        without_brands(
            (describe(item_article(item)), describe(product_article(product, categories)))
            for item, product in linked
        )
    )
    sections = learn_sections(
        (item_article(item).category, category_path(product.category_id, categories))
        for item, product in linked
    )
    return Context(index, translations(pairs), sections)
