"""The SQL by which a preview stores and counts the products that it leaves out."""

from typing import LiteralString

# Of `judged`, which has the reason `left_out` of each product; null for one that changes.
STORE: LiteralString = """
    INSERT INTO product_batch_left_out (batch_id, reason, product_ids)
    SELECT %(batch_id)s, left_out, array_agg(id ORDER BY internal_sku COLLATE "C", id)
    FROM judged WHERE left_out IS NOT NULL GROUP BY left_out
"""
COUNTS: LiteralString = """
    SELECT count(*) FILTER (WHERE left_out = 'archived') AS archived,
        count(*) FILTER (WHERE left_out = 'without_cost') AS without_cost,
        count(*) FILTER (WHERE left_out = 'without_target') AS without_target,
        count(*) FILTER (WHERE left_out = 'without_rule') AS without_rule,
        count(*) FILTER (WHERE left_out = 'unchanged') AS unchanged
    FROM judged
"""
