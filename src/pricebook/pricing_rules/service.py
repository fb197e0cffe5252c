from datetime import datetime
from uuid import UUID

import msgspec

from pricebook.audit import service as audit
from pricebook.audit.schemas import AuditQuery
from pricebook.auth.schemas import Caller
from pricebook.db.database import Connection, Database
from pricebook.errors import ConflictError, NotFoundError, validation_error
from pricebook.pricing_rules import repository
from pricebook.pricing_rules.schemas import (
    NewPricingRule,
    PricingRule,
    PricingRuleChange,
    RulePreview,
)
from pricebook.product_batches import service as batches
from pricebook.product_batches.price_derivations import amount_issues
from pricebook.product_batches.schemas import ProductBatch, requested


async def list_rules(database: Database) -> list[PricingRule]:
    """Return all rules in the order in which they count."""
    async with database.connection() as conn:
        return await repository.list_rules(conn)


async def get_rule(database: Database, rule_id: UUID) -> PricingRule:
    """Return a rule; raises NotFoundError."""
    async with database.connection() as conn:
        return await _require(conn, rule_id)


async def create_rule(database: Database, new: NewPricingRule) -> PricingRule:
    """Create a rule and return it; raises ConflictError, ValidationError."""
    async with database.short_transaction() as conn:
        return await _require(conn, await repository.insert_rule(conn, new))


async def change_rule(database: Database, rule_id: UUID, change: PricingRuleChange) -> PricingRule:
    """Change a rule and return it; raises NotFoundError, ConflictError, ValidationError."""
    async with database.short_transaction() as conn:
        rule = await _require(conn, rule_id, locks=True)
        changed = msgspec.structs.replace(rule, **change.given)
        issues = amount_issues(changed.method, changed.percent, changed.step, changed.ending)
        if issues:
            raise validation_error(*issues)
        await repository.set_rule(conn, rule_id, change.given)
        return await _require(conn, rule_id)


async def delete_rule(database: Database, rule_id: UUID) -> None:
    """Delete a rule; raises NotFoundError."""
    async with database.short_transaction() as conn:
        await _require(conn, rule_id, locks=True)
        await repository.delete_rule(conn, rule_id)


async def preview(database: Database, caller: Caller, wanted: RulePreview) -> ProductBatch:
    """Store the target prices that the active rules propose as a batch, and return it.

    The first rule that fits a product counts. Raises ConflictError without an active rule, or when
    another number of products passes the filter than expected.
    """
    async with database.short_transaction(statement_seconds=batches.PREVIEW_SECONDS) as conn:
        rules = [rule for rule in await repository.list_rules(conn) if rule.is_active]
        if not rules:
            raise ConflictError("There is no active pricing rule: create one first.")
        product_ids = (
            None
            if wanted.product_ids is None and wanted.filter is None
            else await batches.select_products(conn, wanted.product_ids, wanted.filter)
        )
        request = requested(None, wanted.product_ids, wanted.filter, only_raises=wanted.only_raises)
        batch_id = await batches.start_batch(
            conn, "pricing_rules", ["target_price"], caller, request
        )
        for rule in rules:
            await repository.propose_prices(conn, batch_id, rule, product_ids)
        left_out = await repository.take_out_unchanged(conn, batch_id, product_ids)
        return await batches.finish_preview(conn, batch_id, request, left_out)


async def were_changed_since(database: Database, moment: datetime) -> bool:
    """Return whether a rule was created, changed or deleted at a time or later."""
    query = AuditQuery(entity_type="pricing_rule", since=moment, limit=1)
    return bool((await audit.list_entries(database, query)).data)


async def _require(conn: Connection, rule_id: UUID, *, locks: bool = False) -> PricingRule:
    rule = await repository.find_rule(conn, rule_id, locks=locks)
    if rule is None:
        raise _not_found(rule_id)
    return rule


def _not_found(rule_id: UUID) -> NotFoundError:
    return NotFoundError(f"There is no pricing rule {rule_id}.")
