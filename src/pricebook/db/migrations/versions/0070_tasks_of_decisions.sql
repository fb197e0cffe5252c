-- The text of the function as this migration makes it; it never changes.
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
