"""Triggers that write the audit of pricing rules, in place of the program that changes them.

A rule that was deleted with its category or supplier had no entry. A trigger is created without
reading the table, which has a row for each rule.
"""

from pricebook.db.migrations import run_sql

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    """Create the triggers, and show the numbers of rules as decimal strings."""
    run_sql(AUDIT_VALUE)
    run_sql(TRIGGERS)


def downgrade() -> None:
    """Drop them: the release before inserts the entries itself."""
    run_sql("""
        DROP TRIGGER audit_created ON pricing_rules;
        DROP TRIGGER audit_updated ON pricing_rules;
        DROP TRIGGER audit_deleted ON pricing_rules;
    """)
    run_sql(AUDIT_VALUE.replace(", 'percent', 'step', 'ending'", ""))


AUDIT_VALUE = """
CREATE OR REPLACE FUNCTION audit_value(name text, value jsonb, other jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN value = 'null' THEN value
    WHEN name ~* 'password|secret|token|credential|authorization|(api|private|access)_?key|key_hash'
        THEN '"***"'
    WHEN jsonb_typeof(value) = 'object' THEN coalesce(audit_difference(value, other), '{}')
    WHEN jsonb_typeof(value) = 'array' THEN
        CASE WHEN value @? '$[*] ? (@.type() == "object")' THEN (
            SELECT jsonb_agg(audit_difference(jsonb_build_object('element', element), '{}')
                -> 'element')
            FROM jsonb_array_elements(value) AS element)
        ELSE value END
    WHEN name IN ('target_price', 'rate', 'percent', 'step', 'ending')
        THEN to_jsonb(round(value::numeric, greatest(min_scale(value::numeric), 2))::text)
    WHEN jsonb_typeof(value) = 'string' AND strpos(value #>> '{}', '://') > 0
        THEN to_jsonb(mask_address(value #>> '{}'))
    ELSE value END;
"""

TRIGGERS = """
CREATE OR REPLACE TRIGGER audit_created AFTER INSERT ON pricing_rules
    FOR EACH ROW EXECUTE FUNCTION audit_row('pricing_rule.created', 'id', 'name', 'name',
        'position', 'category_id', 'brand', 'supplier_id', 'method', 'percent', 'step', 'ending',
        'rounding', 'is_active');
CREATE OR REPLACE TRIGGER audit_updated
    AFTER UPDATE OF name, position, category_id, brand, supplier_id, method, percent, step, ending,
        rounding, is_active ON pricing_rules
    FOR EACH ROW EXECUTE FUNCTION audit_row('pricing_rule.updated', 'id', 'name', 'name',
        'position', 'category_id', 'brand', 'supplier_id', 'method', 'percent', 'step', 'ending',
        'rounding', 'is_active');
CREATE OR REPLACE TRIGGER audit_deleted AFTER DELETE ON pricing_rules
    FOR EACH ROW EXECUTE FUNCTION audit_row('pricing_rule.deleted', 'id', 'name', 'name',
        'position', 'category_id', 'brand', 'supplier_id', 'method', 'percent', 'step', 'ending',
        'rounding', 'is_active');
"""
