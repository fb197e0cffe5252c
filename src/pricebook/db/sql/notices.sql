-- Notices of held, failed, late and unusual price lists and of quarantined rows, for each user who receives this
-- kind: written with their events, in the transaction that holds, fails or imports a list or finds that one is
-- late. The same reason for the same supplier is written once a day: a source that is down does not fill a
-- mailbox. A list that is held or unusual as one before is a notice if a list in between was imported without
-- that reason, or undone: it is another change.
CREATE OR REPLACE FUNCTION add_notices() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO notices (user_id, kind, supplier_id, supplier_name, task_id, reasons, details, created_at)
    SELECT recipient.user_id, this.kind, this.supplier_id, NEW.data ->> 'supplier_name', task.id,
        this.reasons, CASE WHEN task.id IS NULL
            THEN jsonb_build_object('expected_at', NEW.data -> 'expected_at',
                'last_list_at', NEW.data -> 'last_list_at')
            ELSE jsonb_build_object('file_name', task.file_name,
                'requested_by', task.requested_by, 'at', task.enqueued_at,
                'average_price_change', task.average_price_change) END,
        clock_timestamp()
    FROM (
        SELECT split_part(NEW.type, '.', 2) AS kind, (NEW.data ->> 'supplier_id')::uuid AS supplier_id,
            coalesce(NEW.data -> 'warnings', NEW.data -> 'errors',
                jsonb_build_array(NEW.data -> 'expected_at')) AS reasons
    ) AS this
    CROSS JOIN notice_recipients AS recipient
    JOIN users ON users.id = recipient.user_id
    LEFT JOIN ingestion_tasks AS task ON task.id = (NEW.data ->> 'task_id')::uuid
    WHERE is_active AND this.kind = ANY (kinds) AND NOT EXISTS (
        SELECT FROM notices AS earlier
        WHERE earlier.user_id = recipient.user_id AND earlier.supplier_id = this.supplier_id
            AND earlier.kind = this.kind AND earlier.created_at > now() - interval '1 day'
            AND earlier.reasons = this.reasons AND NOT (
                this.kind IN ('held', 'unusual') AND EXISTS (
                    SELECT FROM ingestion_tasks AS since
                    WHERE since.supplier_id = this.supplier_id
                        AND since.state IN ('succeeded', 'partially_succeeded')
                        AND since.completed_at > earlier.created_at
                        AND since.warnings <> this.reasons)));
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION add_notices() FROM PUBLIC;

CREATE OR REPLACE TRIGGER add_notices AFTER INSERT ON events
    FOR EACH ROW WHEN (NEW.type IN ('import.held', 'import.failed', 'import.late', 'import.unusual',
            'import.quarantined') AND NEW.data ->> 'undo_of' IS NULL)
    EXECUTE FUNCTION add_notices();
