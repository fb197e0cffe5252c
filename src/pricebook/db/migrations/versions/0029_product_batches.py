"""Batches of changes of own products, which are previewed, applied and undone; pricing rules.

All tables are new. A batch has no foreign key to categories: a category may be deleted meanwhile,
and whether it exists is checked when the batch is applied or undone.
"""

from pricebook.db.migrations import run_sql

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Create the tables and the function."""
    run_sql("LOCK TABLE suppliers, products IN SHARE ROW EXCLUSIVE MODE")
    run_sql(RULES)
    run_sql(PROPOSED_PRICE)
    run_sql(BATCHES)


def downgrade() -> None:
    """Drop them, with all rules and batches."""
    run_sql("""
        DROP TABLE product_batch_changes;
        DROP TABLE product_batches;
        DROP TABLE pricing_rules;
        DROP FUNCTION proposed_price;
        DROP TYPE batch_outcome, product_batch_state, product_batch_kind, price_rounding,
            pricing_method;
    """)


RULES = """
    CREATE TYPE pricing_method AS ENUM ('markup', 'margin');
    CREATE TYPE price_rounding AS ENUM ('up', 'nearest', 'down');
    CREATE TABLE pricing_rules (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        name varchar(255) NOT NULL CHECK (name <> ''),
        position integer NOT NULL CHECK (position >= 0),
        category_id uuid REFERENCES categories ON DELETE CASCADE,
        brand varchar(255) CHECK (brand <> ''),
        supplier_id uuid REFERENCES suppliers ON DELETE CASCADE,
        method pricing_method NOT NULL,
        percent numeric(9, 4) NOT NULL
            CHECK (percent >= 0 AND (method = 'markup' OR percent < 100)),
        step numeric(14, 4) NOT NULL DEFAULT 0.01 CHECK (step > 0),
        ending numeric(14, 4) NOT NULL DEFAULT 0 CHECK (ending >= 0 AND ending < step),
        rounding price_rounding NOT NULL DEFAULT 'up',
        is_active boolean NOT NULL DEFAULT true
    );
    CREATE UNIQUE INDEX pricing_rules_name_key ON pricing_rules (lower(name));
    CREATE INDEX pricing_rules_order_idx ON pricing_rules (position, name);
    CREATE INDEX pricing_rules_category_idx ON pricing_rules (category_id);
    CREATE INDEX pricing_rules_supplier_idx ON pricing_rules (supplier_id);
    CREATE TRIGGER set_updated_at BEFORE UPDATE ON pricing_rules
        FOR EACH ROW EXECUTE FUNCTION set_updated_at();
    COMMENT ON TABLE pricing_rules IS
        'how target prices follow from lowest prices; the first one that fits a product counts';
    COMMENT ON COLUMN pricing_rules.percent IS
        'markup: of the lowest price; margin: of the target price';
    COMMENT ON COLUMN pricing_rules.ending IS
        'prices are multiples of step plus this: step 1 and ending 0.99 for 4.99, 5.99';
"""

PROPOSED_PRICE = """
    CREATE OR REPLACE FUNCTION proposed_price(
        cost numeric, method pricing_method, percent numeric, step numeric, ending numeric,
        rounding price_rounding
    ) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$
    DECLARE
        dividend numeric := cost * CASE method WHEN 'markup' THEN 100 + percent ELSE 100 END;
        divisor numeric := CASE method WHEN 'markup' THEN 100 ELSE 100 - percent END;
        below numeric := (div(dividend - ending * divisor, step * divisor)
            - CASE WHEN dividend < ending * divisor THEN 1 ELSE 0 END) * step + ending;
    BEGIN
        IF cost IS NULL OR cost <= 0 THEN
            RETURN NULL;
        ELSIF below > 0 AND (below * divisor = dividend OR rounding = 'down'
            OR rounding = 'nearest' AND 2 * dividend < (2 * below + step) * divisor)
        THEN
            RETURN below;
        END IF;
        RETURN below + step;
    END $$;
"""

BATCHES = """
    CREATE TYPE product_batch_kind AS ENUM ('bulk', 'pricing_rules');
    CREATE TYPE product_batch_state AS ENUM
        ('previewed', 'applying', 'applied', 'undoing', 'undone');
    CREATE TYPE batch_outcome AS ENUM ('applied', 'skipped', 'undone', 'left');
    CREATE TABLE product_batches (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        kind product_batch_kind NOT NULL,
        state product_batch_state NOT NULL DEFAULT 'previewed',
        fields text[] NOT NULL,
        created_by varchar(255) NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        applied_by varchar(255),
        applied_at timestamptz,
        undone_by varchar(255),
        undone_at timestamptz
    );
    CREATE INDEX product_batches_newest_idx ON product_batches (created_at, id);
    COMMENT ON COLUMN product_batches.fields IS 'the fields of products that it changes';

    CREATE TABLE product_batch_changes (
        batch_id uuid NOT NULL REFERENCES product_batches ON DELETE CASCADE,
        product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
        rule_id uuid REFERENCES pricing_rules ON DELETE SET NULL,
        lowest_price numeric,
        old_status product_status NOT NULL,
        new_status product_status NOT NULL,
        old_category_id uuid,
        new_category_id uuid,
        old_target_price numeric(14, 4),
        new_target_price numeric(14, 4),
        price_change numeric NOT NULL GENERATED ALWAYS AS (CASE
            WHEN new_target_price IS NOT DISTINCT FROM old_target_price THEN 0
            WHEN old_target_price IS NULL THEN 'Infinity'
            WHEN new_target_price IS NULL THEN '-Infinity'
            ELSE (new_target_price - old_target_price) / old_target_price * 100 END) STORED,
        outcome batch_outcome,
        reason text,
        PRIMARY KEY (batch_id, product_id)
    );
    CREATE INDEX product_batch_changes_outcome_idx
        ON product_batch_changes (batch_id, outcome, product_id);
    CREATE INDEX product_batch_changes_price_idx
        ON product_batch_changes (batch_id, price_change, product_id);
    CREATE INDEX product_batch_changes_product_idx ON product_batch_changes (product_id);
    CREATE INDEX product_batch_changes_rule_idx ON product_batch_changes (rule_id)
        WHERE rule_id IS NOT NULL;
    COMMENT ON COLUMN product_batch_changes.lowest_price IS
        'from which a rule derived the new price; it is not applied when another one counts';
    COMMENT ON COLUMN product_batch_changes.price_change IS
        'of the target price, in percent; infinite for a first price, or none any more';
"""
