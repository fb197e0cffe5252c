-- The audit log has an entry for each change of a row, whichever program makes it: triggers write it in
-- the transaction of the change. The columns of an UPDATE trigger keep statements that set none of them,
-- as imports do, from calling it. Rights: see product_aggregates.sql.

-- An address without the password of its user and without the values of parameters that look secret.
CREATE OR REPLACE FUNCTION mask_address(address text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(
    regexp_replace(address, '://[^/?#@\s]*@', '://***@', 'g'),
    '([?&][^=&#\s]*(?:password|secret|token|key|auth|sig|credential)[^=&#\s]*=)[^&#\s]+', '\1***', 'gi');

-- The members of an object that have another value in `other`; null if there are none.
CREATE OR REPLACE FUNCTION audit_difference(fields jsonb, other jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN (
        SELECT jsonb_object_agg(key, audit_value(key, value, other -> key))
        FROM jsonb_each(fields)
        WHERE value IS DISTINCT FROM other -> key);
END $$;

-- A value as the audit log shows it: secrets masked, by their names and in addresses; prices, rates and
-- percentages as decimal strings; of an object the members that have another value in `other`.
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

-- Writes an entry. Arguments: the action, which begins with the entity type; the column of the entity's
-- id, or nothing; the columns of its name, with spaces between; and each column of `before` and `after`,
-- or member of the metadata. A decision about a quarantined row belongs to the task of its price list.
CREATE OR REPLACE FUNCTION audit_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    entity_type text := split_part(TG_ARGV[0], '.', 1);
    old_row jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
    this_row jsonb := CASE WHEN TG_OP = 'DELETE' THEN old_row ELSE new_row END;
    entity_id uuid := this_row ->> TG_ARGV[1];
BEGIN
    INSERT INTO audit_log (action, entity_type, entity_id, entity_name, before, after, task_id,
        batch_id)
    SELECT TG_ARGV[0], entity_type, entity_id,
        (SELECT string_agg(this_row ->> name, ' ' ORDER BY place)
            FROM unnest(string_to_array(TG_ARGV[2], ' ')) WITH ORDINALITY AS part (name, place)),
        before, after,
        CASE entity_type WHEN 'task' THEN entity_id
            WHEN 'quarantined_row' THEN (this_row ->> 'task_id')::uuid
            ELSE audit_actor('task_id')::uuid END,
        CASE entity_type WHEN 'match_batch' THEN entity_id ELSE audit_actor('batch_id')::uuid END
    FROM (
        SELECT jsonb_object_agg(name, audit_value(name, old_value, new_value))
                FILTER (WHERE old_value IS NOT NULL) AS before,
            jsonb_object_agg(name, audit_value(name, new_value, old_value))
                FILTER (WHERE new_value IS NOT NULL) AS after
        FROM unnest(TG_ARGV[3:]) AS name
        CROSS JOIN LATERAL (SELECT
            coalesce(old_row -> name, old_row #> ARRAY['metadata', name]) AS old_value,
            coalesce(new_row -> name, new_row #> ARRAY['metadata', name]) AS new_value) AS field
        WHERE coalesce(old_value, 'null') <> coalesce(new_value, 'null')
    ) AS changed
    WHERE before IS NOT NULL OR after IS NOT NULL;
    RETURN NULL;
END $$;

-- Writes the entry of a link: the product of an item before and after, with its SKU.
CREATE OR REPLACE FUNCTION audit_link() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    item supplier_items := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    earlier uuid := CASE WHEN TG_OP <> 'INSERT' THEN OLD.product_id END;
    present uuid := CASE WHEN TG_OP <> 'DELETE' THEN NEW.product_id END;
BEGIN
    INSERT INTO audit_log (action, entity_type, entity_id, entity_name, before, after)
    VALUES (
        CASE WHEN present IS NULL THEN 'item.unlinked' ELSE 'item.linked' END, 'item', item.id,
        concat_ws(' ', (SELECT name FROM suppliers WHERE id = item.supplier_id), item.supplier_sku),
        (SELECT jsonb_build_object('product_id', earlier, 'internal_sku',
            (SELECT internal_sku FROM products WHERE id = earlier)) WHERE earlier IS NOT NULL),
        (SELECT jsonb_build_object('product_id', present, 'internal_sku',
            (SELECT internal_sku FROM products WHERE id = present)) WHERE present IS NOT NULL));
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION audit_row(), audit_link() FROM PUBLIC;

CREATE OR REPLACE TRIGGER audit_link_inserted AFTER INSERT ON supplier_items
    FOR EACH ROW WHEN (NEW.product_id IS NOT NULL) EXECUTE FUNCTION audit_link();
CREATE OR REPLACE TRIGGER audit_link_updated AFTER UPDATE OF product_id ON supplier_items
    FOR EACH ROW WHEN (OLD.product_id IS DISTINCT FROM NEW.product_id) EXECUTE FUNCTION audit_link();
CREATE OR REPLACE TRIGGER audit_link_deleted AFTER DELETE ON supplier_items
    FOR EACH ROW WHEN (OLD.product_id IS NOT NULL) EXECUTE FUNCTION audit_link();

CREATE OR REPLACE TRIGGER audit_created AFTER INSERT ON categories
    FOR EACH ROW EXECUTE FUNCTION audit_row('category.created', 'id', 'name', 'name', 'parent_id');
CREATE OR REPLACE TRIGGER audit_updated AFTER UPDATE OF name, parent_id ON categories
    FOR EACH ROW EXECUTE FUNCTION audit_row('category.updated', 'id', 'name', 'name', 'parent_id');
CREATE OR REPLACE TRIGGER audit_deleted AFTER DELETE ON categories
    FOR EACH ROW EXECUTE FUNCTION audit_row('category.deleted', 'id', 'name', 'name', 'parent_id');

CREATE OR REPLACE TRIGGER audit_created AFTER INSERT ON products
    FOR EACH ROW EXECUTE FUNCTION audit_row('product.created', 'id', 'internal_sku', 'internal_sku',
        'name', 'category_id', 'status', 'target_price', 'gtin', 'mpn', 'brand');
CREATE OR REPLACE TRIGGER audit_updated
    AFTER UPDATE OF internal_sku, name, category_id, status, target_price, gtin, mpn, brand ON products
    FOR EACH ROW WHEN ((OLD.internal_sku, OLD.name, OLD.category_id, OLD.status, OLD.target_price,
            OLD.gtin, OLD.mpn, OLD.brand)
        IS DISTINCT FROM (NEW.internal_sku, NEW.name, NEW.category_id, NEW.status, NEW.target_price,
            NEW.gtin, NEW.mpn, NEW.brand))
    EXECUTE FUNCTION audit_row('product.updated', 'id', 'internal_sku', 'internal_sku', 'name',
        'category_id', 'status', 'target_price', 'gtin', 'mpn', 'brand');
CREATE OR REPLACE TRIGGER audit_deleted AFTER DELETE ON products
    FOR EACH ROW EXECUTE FUNCTION audit_row('product.deleted', 'id', 'internal_sku', 'internal_sku',
        'name', 'category_id', 'status', 'target_price', 'gtin', 'mpn', 'brand');

-- What imports learn about a price list (metadata.found) is no change that anybody makes. A supplier that
-- is marked for deletion is deleted for everybody but the worker.
CREATE OR REPLACE TRIGGER audit_created AFTER INSERT ON suppliers
    FOR EACH ROW EXECUTE FUNCTION audit_row('supplier.created', 'id', 'name', 'name', 'source_type',
        'contact_email', 'is_active', 'source_config');
CREATE OR REPLACE TRIGGER audit_updated
    AFTER UPDATE OF name, source_type, contact_email, is_active, metadata ON suppliers
    FOR EACH ROW WHEN (NEW.deleting_since IS NULL)
    EXECUTE FUNCTION audit_row('supplier.updated', 'id', 'name', 'name', 'source_type',
        'contact_email', 'is_active', 'source_config');
CREATE OR REPLACE TRIGGER audit_marked AFTER UPDATE OF deleting_since ON suppliers
    FOR EACH ROW WHEN (OLD.deleting_since IS NULL AND NEW.deleting_since IS NOT NULL)
    EXECUTE FUNCTION audit_row('supplier.deleted', 'id', 'name', 'is_active', 'deleting_since');
CREATE OR REPLACE TRIGGER audit_deleted AFTER DELETE ON suppliers
    FOR EACH ROW WHEN (OLD.deleting_since IS NULL)
    EXECUTE FUNCTION audit_row('supplier.deleted', 'id', 'name', 'name', 'source_type',
        'contact_email', 'is_active', 'source_config');

-- A new password is shown as masked.
CREATE OR REPLACE TRIGGER audit_created AFTER INSERT ON users
    FOR EACH ROW EXECUTE FUNCTION audit_row('user.created', 'id', 'username', 'username', 'role',
        'is_active');
CREATE OR REPLACE TRIGGER audit_updated AFTER UPDATE OF username, role, is_active, password_hash ON users
    FOR EACH ROW EXECUTE FUNCTION audit_row('user.updated', 'id', 'username', 'username', 'role',
        'is_active', 'password_hash');
CREATE OR REPLACE TRIGGER audit_signed_out AFTER UPDATE OF signed_out_at ON users
    FOR EACH ROW EXECUTE FUNCTION audit_row('user.signed_out', 'id', 'username', 'signed_out_at');
CREATE OR REPLACE TRIGGER audit_deleted AFTER DELETE ON users
    FOR EACH ROW EXECUTE FUNCTION audit_row('user.deleted', 'id', 'username', 'username', 'role',
        'is_active');

-- A new hash of a key is shown as masked; its last use is no change.
CREATE OR REPLACE TRIGGER audit_created AFTER INSERT ON api_keys
    FOR EACH ROW EXECUTE FUNCTION audit_row('api_key.created', 'id', 'name', 'name', 'role',
        'read_only', 'expires_at');
CREATE OR REPLACE TRIGGER audit_updated
    AFTER UPDATE OF name, role, read_only, expires_at, secret_hash ON api_keys
    FOR EACH ROW EXECUTE FUNCTION audit_row('api_key.updated', 'id', 'name', 'name', 'role',
        'read_only', 'expires_at', 'secret_hash');
CREATE OR REPLACE TRIGGER audit_revoked AFTER UPDATE OF revoked_at ON api_keys
    FOR EACH ROW EXECUTE FUNCTION audit_row('api_key.revoked', 'id', 'name', 'revoked_at');
CREATE OR REPLACE TRIGGER audit_deleted AFTER DELETE ON api_keys
    FOR EACH ROW EXECUTE FUNCTION audit_row('api_key.deleted', 'id', 'name', 'name', 'role',
        'read_only', 'expires_at');

-- Rates that are set by hand; those of a file have one entry together (rates/service.py).
CREATE OR REPLACE TRIGGER audit_created AFTER INSERT ON exchange_rates
    FOR EACH ROW WHEN (NEW.source = 'manual')
    EXECUTE FUNCTION audit_row('exchange_rate.created', '', 'base currency date', 'rate', 'source');
CREATE OR REPLACE TRIGGER audit_updated AFTER UPDATE OF rate, source ON exchange_rates
    FOR EACH ROW WHEN ('manual' IN (OLD.source, NEW.source))
    EXECUTE FUNCTION audit_row('exchange_rate.updated', '', 'base currency date', 'rate', 'source');
CREATE OR REPLACE TRIGGER audit_deleted AFTER DELETE ON exchange_rates
    FOR EACH ROW WHEN (OLD.source = 'manual')
    EXECUTE FUNCTION audit_row('exchange_rate.deleted', '', 'base currency date', 'rate', 'source');

-- A rule is also deleted with its category, as a row that refers to it.
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

CREATE OR REPLACE TRIGGER audit_requested AFTER INSERT ON ingestion_tasks
    FOR EACH ROW EXECUTE FUNCTION audit_row('task.requested', 'id', 'supplier_name', 'supplier_id',
        'parser_type', 'file_name', 'create_products', 'corrections_of', 'requested_by', 'reason');
CREATE OR REPLACE TRIGGER audit_finished AFTER UPDATE OF state ON ingestion_tasks
    FOR EACH ROW WHEN (OLD.state IN ('queued', 'running')
        AND NEW.state IN ('succeeded', 'partially_succeeded'))
    EXECUTE FUNCTION audit_row('task.finished', 'id', 'supplier_name', 'state', 'count_new',
        'count_changed', 'count_absent', 'count_rejected', 'count_quarantined');
CREATE OR REPLACE TRIGGER audit_held AFTER UPDATE OF state ON ingestion_tasks
    FOR EACH ROW WHEN (OLD.state::text <> 'held' AND NEW.state::text = 'held')
    EXECUTE FUNCTION audit_row('task.held', 'id', 'supplier_name', 'state', 'count_new',
        'count_changed', 'count_absent', 'count_rejected', 'count_quarantined');
CREATE OR REPLACE TRIGGER audit_failed AFTER UPDATE OF state ON ingestion_tasks
    FOR EACH ROW WHEN (OLD.state::text IN ('queued', 'running', 'held')
        AND NEW.state IN ('failed', 'dead') AND NEW.cancelled_by IS NULL)
    EXECUTE FUNCTION audit_row('task.failed', 'id', 'supplier_name', 'state', 'count_rejected');
CREATE OR REPLACE TRIGGER audit_cancelled AFTER UPDATE OF state ON ingestion_tasks
    FOR EACH ROW WHEN (OLD.cancelled_by IS NULL AND NEW.cancelled_by IS NOT NULL)
    EXECUTE FUNCTION audit_row('task.cancelled', 'id', 'supplier_name', 'state');
CREATE OR REPLACE TRIGGER audit_retried AFTER UPDATE OF state ON ingestion_tasks
    FOR EACH ROW WHEN (OLD.state IN ('failed', 'dead') AND NEW.state = 'queued')
    EXECUTE FUNCTION audit_row('task.retried', 'id', 'supplier_name', 'state');
CREATE OR REPLACE TRIGGER audit_apply_requested AFTER UPDATE OF apply_requested_at ON ingestion_tasks
    FOR EACH ROW WHEN (OLD.apply_requested_at IS NULL AND NEW.apply_requested_at IS NOT NULL)
    EXECUTE FUNCTION audit_row('task.apply_requested', 'id', 'supplier_name', 'apply_requested_at',
        'keeps_thresholds');

CREATE OR REPLACE TRIGGER audit_accepted AFTER UPDATE OF state ON quarantined_rows
    FOR EACH ROW WHEN (OLD.state <> 'accepted' AND NEW.state = 'accepted')
    EXECUTE FUNCTION audit_row('quarantined_row.accepted', 'id', 'supplier_sku name', 'state');
CREATE OR REPLACE TRIGGER audit_refused AFTER UPDATE OF state ON quarantined_rows
    FOR EACH ROW WHEN (OLD.state <> 'refused' AND NEW.state = 'refused')
    EXECUTE FUNCTION audit_row('quarantined_row.refused', 'id', 'supplier_sku name', 'state');

CREATE OR REPLACE TRIGGER audit_requested AFTER INSERT ON product_imports
    FOR EACH ROW EXECUTE FUNCTION audit_row('product_import.requested', 'id', 'file_name', 'file_name',
        'sheet_name', 'dry_run', 'requested_by');
CREATE OR REPLACE TRIGGER audit_finished AFTER UPDATE OF state ON product_imports
    FOR EACH ROW WHEN (OLD.state IN ('queued', 'running')
        AND NEW.state IN ('succeeded', 'partially_succeeded'))
    EXECUTE FUNCTION audit_row('product_import.finished', 'id', 'file_name', 'state', 'count_new',
        'count_changed', 'count_rejected');
CREATE OR REPLACE TRIGGER audit_failed AFTER UPDATE OF state ON product_imports
    FOR EACH ROW WHEN (OLD.state IN ('queued', 'running') AND NEW.state IN ('failed', 'dead'))
    EXECUTE FUNCTION audit_row('product_import.failed', 'id', 'file_name', 'state');

CREATE OR REPLACE TRIGGER audit_created AFTER INSERT ON match_batches
    FOR EACH ROW EXECUTE FUNCTION audit_row('match_batch.created', 'id', 'kind', 'kind', 'created_by');
CREATE OR REPLACE TRIGGER audit_undone AFTER UPDATE OF undone_at ON match_batches
    FOR EACH ROW EXECUTE FUNCTION audit_row('match_batch.undone', 'id', 'kind', 'undone_by',
        'undone_at');
CREATE OR REPLACE TRIGGER audit_rejected AFTER INSERT ON match_decisions
    FOR EACH ROW WHEN (NEW.action = 'reject')
    EXECUTE FUNCTION audit_row('item.match_rejected', 'supplier_item_id', '', 'product_id');
CREATE OR REPLACE TRIGGER audit_rejection_undone AFTER UPDATE OF undone_at ON match_decisions
    FOR EACH ROW WHEN (NEW.action = 'reject' AND OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL)
    EXECUTE FUNCTION audit_row('item.match_rejection_undone', 'supplier_item_id', '', 'undone_at');
CREATE OR REPLACE TRIGGER audit_rejection_restored AFTER UPDATE OF undone_at ON match_decisions
    FOR EACH ROW WHEN (NEW.action = 'reject' AND OLD.undone_at IS NOT NULL
        AND NEW.undone_at IS NULL)
    EXECUTE FUNCTION audit_row('item.match_rejected', 'supplier_item_id', '', 'product_id');
CREATE OR REPLACE TRIGGER audit_dismissed AFTER INSERT ON match_decisions
    FOR EACH ROW WHEN (NEW.product_id IS NULL)
    EXECUTE FUNCTION audit_row('item.dismissed', 'supplier_item_id', '', 'action');
CREATE OR REPLACE TRIGGER audit_dismissal_undone AFTER UPDATE OF undone_at ON match_decisions
    FOR EACH ROW WHEN (NEW.product_id IS NULL AND OLD.undone_at IS NULL
        AND NEW.undone_at IS NOT NULL)
    EXECUTE FUNCTION audit_row('item.dismissal_undone', 'supplier_item_id', '', 'undone_at');
CREATE OR REPLACE TRIGGER audit_dismissal_restored AFTER UPDATE OF undone_at ON match_decisions
    FOR EACH ROW WHEN (NEW.product_id IS NULL AND OLD.undone_at IS NOT NULL
        AND NEW.undone_at IS NULL)
    EXECUTE FUNCTION audit_row('item.dismissed', 'supplier_item_id', '', 'action');
CREATE OR REPLACE TRIGGER audit_requested AFTER INSERT ON match_runs
    FOR EACH ROW EXECUTE FUNCTION audit_row('match_run.requested', 'id', '', 'supplier_id',
        'creates_products', 'with_unchanged', 'requested_by');
CREATE OR REPLACE TRIGGER audit_updated AFTER UPDATE OF is_active ON match_models
    FOR EACH ROW EXECUTE FUNCTION audit_row('match_model.updated', '', 'version', 'is_active');
CREATE OR REPLACE TRIGGER audit_switched_on AFTER INSERT ON auto_links
    FOR EACH ROW EXECUTE FUNCTION audit_row('auto_link.switched_on', 'supplier_id', '',
        'switched_on_by', 'switched_on_at');
CREATE OR REPLACE TRIGGER audit_switched_on_again AFTER UPDATE OF switched_off_at ON auto_links
    FOR EACH ROW WHEN (OLD.switched_off_at IS NOT NULL AND NEW.switched_off_at IS NULL)
    EXECUTE FUNCTION audit_row('auto_link.switched_on', 'supplier_id', '', 'switched_on_by',
        'switched_on_at', 'switched_off_at');
CREATE OR REPLACE TRIGGER audit_switched_off AFTER UPDATE OF switched_off_at ON auto_links
    FOR EACH ROW WHEN (OLD.switched_off_at IS NULL AND NEW.switched_off_at IS NOT NULL)
    EXECUTE FUNCTION audit_row('auto_link.switched_off', 'supplier_id', '', 'switched_off_at');

CREATE OR REPLACE TRIGGER audit_created AFTER INSERT ON notice_recipients
    FOR EACH ROW EXECUTE FUNCTION audit_row('notice_recipient.created', 'user_id', 'email',
        'email', 'kinds');
CREATE OR REPLACE TRIGGER audit_updated AFTER UPDATE OF email, kinds ON notice_recipients
    FOR EACH ROW WHEN ((OLD.email, OLD.kinds) IS DISTINCT FROM (NEW.email, NEW.kinds))
    EXECUTE FUNCTION audit_row('notice_recipient.updated', 'user_id', 'email', 'email', 'kinds');
CREATE OR REPLACE TRIGGER audit_deleted AFTER DELETE ON notice_recipients
    FOR EACH ROW EXECUTE FUNCTION audit_row('notice_recipient.deleted', 'user_id', 'email',
        'email', 'kinds');
