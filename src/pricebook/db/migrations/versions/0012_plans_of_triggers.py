"""The update triggers plan their comparison of old and new items for the number of rows.

PL/pgSQL caches the plan of a statement. A plan for a few items would compare each of 100,000 items
with each other; EXECUTE plans at each call.
"""

from pricebook.db.migrations import run_sql

revision = "0012"
down_revision = "0011"

OF_FIGURES = """
    SELECT array_agg(DISTINCT touched.product_id)
    FROM new_items AS new_item
    JOIN old_items AS old_item USING (id)
    CROSS JOIN LATERAL (VALUES (new_item.product_id), (old_item.product_id))
        AS touched (product_id)
    WHERE touched.product_id IS NOT NULL
        AND (new_item.product_id, new_item.supplier_id, new_item.current_price,
                new_item.absent_since IS NULL)
            IS DISTINCT FROM (old_item.product_id, old_item.supplier_id, old_item.current_price,
                old_item.absent_since IS NULL)
"""
OF_HISTORY = """
    INSERT INTO price_history (supplier_item_id, price)
    SELECT new_item.id, new_item.current_price
    FROM new_items AS new_item
    JOIN old_items AS old_item USING (id)
    WHERE new_item.current_price <> old_item.current_price
"""
HEAD = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp"


def upgrade() -> None:
    """Plan at each call."""
    run_sql(f"""
        CREATE OR REPLACE FUNCTION figures_after_update() RETURNS trigger {HEAD} AS $$
        DECLARE
            touched uuid[];
        BEGIN
            EXECUTE $query${OF_FIGURES}$query$ INTO touched;
            PERFORM refresh_product_figures(touched);
            RETURN NULL;
        END $$;

        CREATE OR REPLACE FUNCTION price_history_after_update() RETURNS trigger {HEAD} AS $$
        BEGIN
            EXECUTE $query${OF_HISTORY}$query$;
            RETURN NULL;
        END $$;
    """)


def downgrade() -> None:
    """Keep the first plan."""
    run_sql(f"""
        CREATE OR REPLACE FUNCTION figures_after_update() RETURNS trigger {HEAD} AS $$
        DECLARE
            touched uuid[];
        BEGIN
            touched := ({OF_FIGURES});
            PERFORM refresh_product_figures(touched);
            RETURN NULL;
        END $$;

        CREATE OR REPLACE FUNCTION price_history_after_update() RETURNS trigger {HEAD} AS $$
        BEGIN
            {OF_HISTORY};
            RETURN NULL;
        END $$;
    """)
