-- The rights of the API and the worker, table by table; they have no others. Every migration to head
-- ends with this file. It does nothing where the roles do not exist.
DO $$
BEGIN
    IF (SELECT count(*) FROM pg_roles WHERE rolname IN ('pricebook_api', 'pricebook_worker')) < 2
    THEN
        RETURN;
    END IF;
    GRANT USAGE ON SCHEMA public TO pricebook_api, pricebook_worker;
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM pricebook_api, pricebook_worker;

    -- At its start each checks revision and currency; the first start sets the currency.
    GRANT SELECT ON alembic_version, catalog_settings TO pricebook_api, pricebook_worker;
    GRANT INSERT (currency) ON catalog_settings TO pricebook_api, pricebook_worker;

    -- Both store exchange rates; prices follow from them by the function only.
    GRANT SELECT, INSERT (base, currency, date, rate, source, set_by),
        UPDATE (rate, source, set_by) ON exchange_rates TO pricebook_api, pricebook_worker;
    GRANT EXECUTE ON FUNCTION recompute_prices(date, integer) TO pricebook_api, pricebook_worker;

    -- Entries of the audit log are only added; the actor and the time are those of the transaction.
    GRANT SELECT, INSERT (action, entity_type, entity_id, entity_name, before, after, task_id,
            batch_id) ON audit_log TO pricebook_api, pricebook_worker;
    GRANT EXECUTE ON FUNCTION delete_old_audit_entries(integer, integer) TO pricebook_worker;

    -- The API: writes what staff edits, links and requested tasks; reads prices and accounts.
    GRANT SELECT ON suppliers, categories, products, supplier_items, price_history,
        ingestion_tasks, parsing_logs, quarantined_rows, supplier_item_counts TO pricebook_api;
    GRANT EXECUTE ON FUNCTION add_up_supplier_item_counts() TO pricebook_worker;
    GRANT EXECUTE ON FUNCTION price_history_since() TO pricebook_api;
    GRANT SELECT (id, username, role, is_active, password_hash, token_version, signed_out_at,
            created_at, updated_at) ON users TO pricebook_api;
    GRANT SELECT, INSERT (user_id, network_hash), UPDATE (last_login_at), DELETE ON login_networks
        TO pricebook_api;
    GRANT SELECT, INSERT (user_id), UPDATE (failures, last_failed_at, recorded_at)
        ON failed_logins TO pricebook_api;
    GRANT SELECT (last_failed_at), DELETE ON failed_logins TO pricebook_worker;
    -- Users change their own password, admins create and change accounts; nobody renames or deletes
    -- them here. The sessions of the console carry the token version, which triggers increment.
    GRANT INSERT (username, role, password_hash),
        UPDATE (role, is_active, password_hash, signed_out_at) ON users TO pricebook_api;
    GRANT SELECT, INSERT (token_hash, user_id, token_version, expires_at),
        UPDATE (last_used_at, expires_at), DELETE ON console_sessions TO pricebook_api;
    GRANT SELECT, INSERT (id, name, role, read_only, secret_hash, expires_at, created_by),
        UPDATE (last_used_at, revoked_at, revoked_by) ON api_keys TO pricebook_api;
    GRANT INSERT (name, source_type, contact_email, is_active, metadata),
        UPDATE (name, source_type, contact_email, is_active, metadata, deleting_since)
        ON suppliers TO pricebook_api;
    -- The API stores credentials and cannot read them; the worker sends them.
    GRANT SELECT (supplier_id, kind, name, origin, key_id, updated_at, updated_by),
        INSERT (supplier_id, kind, name, origin, key_id, ciphertext, updated_by),
        UPDATE (kind, name, origin, key_id, ciphertext, updated_by), DELETE
        ON supplier_credentials TO pricebook_api;
    GRANT SELECT ON supplier_credentials TO pricebook_worker;
    -- Deletes items of suppliers that are marked (deleting_since) only.
    GRANT EXECUTE ON FUNCTION delete_supplier_batch(uuid, integer)
        TO pricebook_api, pricebook_worker;
    -- For `pricebook doctor`.
    GRANT SELECT (supplier_id, updated_at) ON aggregate_refreshes TO pricebook_api;
    GRANT INSERT (name, parent_id), UPDATE (name, parent_id), DELETE ON categories
        TO pricebook_api;
    GRANT INSERT (internal_sku, name, category_id, status, target_price, gtin, mpn, brand),
        UPDATE (name, category_id, status, target_price, gtin, mpn, brand) ON products
        TO pricebook_api;
    GRANT SELECT, INSERT (dry_run, file_path, file_name, sheet_name, requested_by, requested_by_id,
            request_id, idempotency_key, request_digest) ON product_imports TO pricebook_api;
    -- Events are written by triggers only.
    GRANT SELECT ON events, last_event TO pricebook_api, pricebook_worker;
    GRANT EXECUTE ON FUNCTION place_events(integer) TO pricebook_worker;
    GRANT DELETE ON events TO pricebook_worker;
    GRANT SELECT, UPDATE (price_jump_percent, margin_below_percent) ON event_thresholds
        TO pricebook_worker;
    -- The API creates webhooks and requests deliveries; only the worker reads secrets.
    GRANT SELECT (id, name, url, types, position, is_active, failures, failing_since, last_error,
            next_attempt_at, disabled_at, created_at, created_by),
        INSERT (name, url, types, secret, position, created_by),
        UPDATE (name, url, types, secret, position, is_active, failures, failing_since, last_error,
            next_attempt_at, disabled_at), DELETE ON webhooks TO pricebook_api;
    GRANT SELECT, INSERT (webhook_id, kind, event_id, position, type), DELETE
        ON webhook_deliveries TO pricebook_api, pricebook_worker;
    GRANT SELECT, UPDATE (position, is_active, failures, failing_since, last_error, next_attempt_at,
            disabled_at, lease_token, lease_expires_at) ON webhooks TO pricebook_worker;
    GRANT UPDATE (state, attempts, status, error, milliseconds, attempted_at)
        ON webhook_deliveries TO pricebook_worker;

    -- Batches of product changes and pricing rules; the worker deletes old batches.
    GRANT SELECT, DELETE, INSERT (name, position, category_id, brand, supplier_id, method, percent,
            step, ending, rounding, is_active),
        UPDATE (name, position, category_id, brand, supplier_id, method, percent, step, ending,
            rounding, is_active) ON pricing_rules TO pricebook_api;
    GRANT SELECT, INSERT (kind, fields, created_by, request),
        UPDATE (state, applied_by, applied_at, undone_by, undone_at, without_cost,
            left_out)
        ON product_batches TO pricebook_api;
    GRANT SELECT, INSERT (batch_id, product_id, rule_id, lowest_price, old_status, new_status,
            old_category_id, new_category_id, old_target_price, new_target_price),
        UPDATE (outcome, reason), DELETE ON product_batch_changes TO pricebook_api;
    GRANT SELECT, INSERT (batch_id, reason, product_ids) ON product_batch_left_out TO pricebook_api;
    GRANT SELECT (id, created_at), DELETE ON product_batches TO pricebook_worker;
    GRANT SELECT ON product_import_rows, product_words, item_identifiers TO pricebook_api;
    GRANT UPDATE (product_id) ON supplier_items TO pricebook_api;
    -- Writes the prices of quarantined rows only.
    GRANT EXECUTE ON FUNCTION accept_quarantined_rows(uuid[], text) TO pricebook_api;
    GRANT UPDATE (state, decided_by, decided_at) ON quarantined_rows TO pricebook_api;
    GRANT INSERT (supplier_id, supplier_name, parser_type, source_config, requested_by,
            requested_by_id, idempotency_key, request_digest, file_name, create_products,
            new_layout, corrections_of, request_id, undo_of, preview_id, reason),
        UPDATE (state, enqueued_at, next_attempt_at, started_at, completed_at, retry_count,
            lost_count, errors, stage, rows_read, rows_total, count_new, count_changed,
            count_unchanged, count_absent, count_rejected, count_duplicate, count_ignored,
            count_quarantined, count_stock_updated, average_price_change, row_error_counts,
            apply_requested_at, keeps_thresholds, request_id, cancelled_by, held_reasons, decided_by, decided_at,
            decision_reason, source_config) ON ingestion_tasks
        TO pricebook_api;
    GRANT DELETE ON parsing_logs TO pricebook_api; -- of a task that is retried
    -- The API stores what is to be previewed and decides about it; the worker reads and compares it.
    GRANT SELECT, INSERT (supplier_id, supplier_name, source, file_name, config, new_layout,
            created_by, created_by_id),
        UPDATE (state, config, new_layout, lease_owner, lease_expires_at, next_attempt_at, attempts,
            stage, rows_read, rows_total, task_id, may_hold, decided_by, decided_at)
        ON import_previews TO pricebook_api;
    GRANT SELECT (preview_id), DELETE ON preview_rows TO pricebook_api;
    GRANT SELECT, UPDATE, DELETE ON import_previews TO pricebook_worker;
    GRANT SELECT, INSERT, DELETE ON preview_rows TO pricebook_worker;

    -- Suggested matches: the API decides and requests runs, the worker suggests and links.
    GRANT SELECT ON match_runs, match_models, auto_links, match_items, match_suggestions,
        match_batches, match_decisions, match_unlinked_pairs, match_clusters, match_cluster_items
        TO pricebook_api, pricebook_worker;
    GRANT INSERT (requested_by, supplier_id, item_ids, with_unchanged, creates_products)
        ON match_runs
        TO pricebook_api, pricebook_worker;
    GRANT INSERT (id, kind, created_by), UPDATE (undone_by, undone_at, product_id, product_digest)
        ON match_batches TO pricebook_api, pricebook_worker;
    GRANT DELETE ON match_unlinked_pairs TO pricebook_api, pricebook_worker;
    GRANT INSERT (batch_id, supplier_item_id, product_id, action, score, band, features),
        UPDATE (undone_at, replaced_by) ON match_decisions TO pricebook_api, pricebook_worker;
    GRANT UPDATE (suggestions, best_band, best_score, best_product_id, best_objections, best_rivals)
        ON match_items TO pricebook_api, pricebook_worker;
    GRANT DELETE ON match_suggestions TO pricebook_api, pricebook_worker;
    GRANT INSERT (supplier_id, switched_on_by),
        UPDATE (switched_on_by, switched_on_at, switched_off_at, switched_off_by,
            switched_off_reason) ON auto_links TO pricebook_api;
    GRANT UPDATE (is_active) ON match_models TO pricebook_api;
    GRANT DELETE ON match_clusters TO pricebook_api;
    GRANT UPDATE, DELETE ON match_runs TO pricebook_worker;
    GRANT INSERT, DELETE ON match_items, match_suggestions, match_clusters, match_cluster_items
        TO pricebook_worker;
    GRANT INSERT, UPDATE ON match_models TO pricebook_worker;
    GRANT SELECT, INSERT, UPDATE, DELETE ON product_tokens TO pricebook_worker;
    GRANT SELECT, DELETE ON outdated_product_tokens, uncompared_products TO pricebook_worker;
    GRANT UPDATE (switched_off_at) ON auto_links TO pricebook_worker;

    -- The worker: items and their prices, own products in bulk, tasks and their results.
    GRANT SELECT ON suppliers, categories, products, supplier_items TO pricebook_worker;
    GRANT UPDATE (metadata) ON suppliers TO pricebook_worker;
    GRANT SELECT (id, name) ON api_keys TO pricebook_worker;
    GRANT INSERT (name, parent_id) ON categories TO pricebook_worker;
    GRANT INSERT (internal_sku, name, category_id, status, target_price, gtin, mpn, brand),
        UPDATE (name, category_id, status, target_price, gtin, mpn, brand,
            price_change_percentage, price_changed_at) ON products TO pricebook_worker;
    GRANT SELECT, INSERT, UPDATE, DELETE ON product_imports, product_import_rows
        TO pricebook_worker;
    GRANT INSERT (supplier_id, supplier_sku, name, current_price, characteristics, currency, cost,
            exchange_rate, rate_date, price_details, availability, next_cost, next_from),
        UPDATE (name, current_price, characteristics, currency, cost, exchange_rate, rate_date,
            price_details, availability, next_cost, next_from, price_outdated_since,
            last_ingested_at, absent_since, product_id)
        ON supplier_items TO pricebook_worker;
    GRANT SELECT, INSERT, UPDATE, DELETE ON quarantined_rows, left_out_prices TO pricebook_worker;
    GRANT SELECT, DELETE,
        INSERT (id, supplier_id, supplier_name, parser_type, source_config, requested_by,
            requested_by_id, idempotency_key, request_digest, file_name, create_products,
            new_layout, corrections_of, request_id, undo_of, preview_id, reason, enqueued_at, retry_count,
            max_retries),
        UPDATE (state, started_at, completed_at, next_attempt_at, lease_owner, lease_expires_at,
            retry_count, lost_count, stage, rows_read, rows_total, count_new, count_changed,
            count_unchanged, count_absent, count_rejected, count_duplicate, count_ignored,
            count_quarantined, count_stock_updated, average_price_change, errors, warnings, found,
            row_error_counts,
            apply_requested_at, keeps_thresholds, is_slow, source_config, held_reasons, decided_by,
            decided_at, decision_reason, keeps_changes, changes_at, found_before, undo_counts)
        ON ingestion_tasks TO pricebook_worker;
    -- Partitions of the price history: of the coming months, and old ones, which it may drop.
    GRANT EXECUTE ON FUNCTION extend_price_history(), drop_old_price_history(integer)
        TO pricebook_worker;
    -- Refreshes the products of suppliers that were activated or deactivated.
    GRANT EXECUTE ON FUNCTION refresh_supplier_batch(integer) TO pricebook_worker;
    -- The newest tasks of a supplier keep their row errors; held rows are read at their application.
    -- Corrections change the row errors of the task that they correct.
    GRANT INSERT (task_id, supplier_id, error_type, error_message, row_number, row_data, section),
        SELECT (task_id, error_type, error_message, row_number, row_data, corrected_by),
        UPDATE (error_type, error_message, row_data, corrected_by), DELETE
        ON parsing_logs TO pricebook_worker;
    GRANT SELECT, INSERT, DELETE ON held_rows TO pricebook_worker;
    GRANT SELECT (task_id, row_number, supplier_sku, name, price, currency, error_type, similar_to,
            usual_price)
        ON held_rows TO pricebook_api;
    -- What an import changed; an undo takes back only that.
    GRANT SELECT (task_id), INSERT, DELETE ON import_changes TO pricebook_worker;
    GRANT SELECT (task_id), DELETE ON import_product_changes TO pricebook_worker;
    GRANT SELECT, INSERT, DELETE ON made_products, made_categories TO pricebook_worker;
    GRANT SELECT ON undo_left TO pricebook_api, pricebook_worker;
    GRANT EXECUTE ON FUNCTION plan_undo(uuid) TO pricebook_api, pricebook_worker;
    GRANT EXECUTE ON FUNCTION undo_import(uuid, uuid) TO pricebook_worker;
    GRANT SELECT, INSERT (supplier_id, sync_every, next_at), UPDATE (sync_every, next_at), DELETE
        ON sync_schedules TO pricebook_worker;
    GRANT SELECT ON expected_lists TO pricebook_api, pricebook_worker;
    GRANT INSERT (supplier_id, lists, last_list_at, rule, rule_since, expected_by, expected_at,
            late_at, late_since),
        UPDATE (lists, last_list_at, rule, rule_since, expected_by, expected_at, late_at,
            late_since) ON expected_lists TO pricebook_worker;
    -- Notices are written by triggers. The API decides who receives which, the worker sends them.
    GRANT SELECT, INSERT (user_id, email, kinds), UPDATE (email, kinds), DELETE
        ON notice_recipients TO pricebook_api;
    GRANT SELECT (user_id, email) ON notice_recipients TO pricebook_worker;
    GRANT SELECT (id, is_active, role) ON users TO pricebook_worker;
    GRANT SELECT, UPDATE (mail_id), DELETE ON notices TO pricebook_worker;
    GRANT SELECT, DELETE, INSERT (user_id, recipient, subject, body),
        UPDATE (subject, body, state, attempts, next_attempt_at, sent_at, error) ON notice_mails
        TO pricebook_worker;
    GRANT SELECT (id, state, recipient, subject, created_at, error, attempts, sent_at,
            next_attempt_at)
        ON notice_mails TO pricebook_api;

    -- The state of the workers, which the API shows.
    GRANT SELECT ON workers, periodic_runs TO pricebook_api;
    GRANT SELECT, INSERT, UPDATE, DELETE ON workers, periodic_runs TO pricebook_worker;
END $$;
