-- The objects of the schema: a row for each with its kind, name, table and definition, without the
-- objects of extensions and the partitions of tables, which come and go. NOT NULL is part of the column:
-- PostgreSQL 18 also has a constraint for it.
WITH relation AS (
    SELECT oid, relname, relkind, relpersistence, relrowsecurity
    FROM pg_class
    WHERE relnamespace = to_regnamespace('public') AND NOT relispartition
        AND NOT EXISTS (
            SELECT FROM pg_depend
            WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')
), own_table AS (
    SELECT * FROM relation WHERE relkind IN ('r', 'p')
), schema_object (kind, name, part_of, definition) AS (
    SELECT 'extension', extname::text, NULL, '' FROM pg_extension WHERE extname <> 'plpgsql'
    UNION ALL
    SELECT CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view'
            WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' ELSE 'foreign table' END,
        relname, NULL,
        concat_ws(' ',
            CASE relpersistence WHEN 'p' THEN 'logged' ELSE 'unlogged' END,
            CASE WHEN relrowsecurity THEN 'with row security' END,
            'partitioned by ' || pg_get_partkeydef(oid))
    FROM relation WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT 'type', typname, NULL,
        (SELECT string_agg(enumlabel, ', ' ORDER BY enumsortorder)
         FROM pg_enum WHERE enumtypid = pg_type.oid)
    FROM pg_type
    WHERE typnamespace = to_regnamespace('public') AND typtype = 'e'
    UNION ALL
    SELECT 'column', attname, relname,
        concat_ws(' ',
            format_type(atttypid, atttypmod),
            CASE WHEN attcollation <> typcollation
                THEN 'COLLATE ' || attcollation::regcollation END,
            CASE WHEN attnotnull THEN 'NOT NULL' END,
            CASE WHEN attidentity <> '' THEN 'IDENTITY' END,
            CASE attgenerated WHEN 's' THEN 'STORED' WHEN 'v' THEN 'VIRTUAL'
                ELSE CASE WHEN adbin IS NOT NULL THEN 'DEFAULT' END END,
            pg_get_expr(adbin, adrelid))
    FROM own_table
    JOIN pg_attribute ON attrelid = own_table.oid AND attnum > 0 AND NOT attisdropped
    JOIN pg_type ON pg_type.oid = atttypid
    LEFT JOIN pg_attrdef ON adrelid = own_table.oid AND adnum = attnum
    UNION ALL
    SELECT 'constraint', conname, relname,
        concat_ws(' ',
            pg_get_constraintdef(pg_constraint.oid),
            CASE WHEN EXISTS (
                SELECT FROM pg_trigger WHERE tgconstraint = pg_constraint.oid AND tgenabled <> 'O')
                THEN 'DISABLED' END)
    FROM own_table
    JOIN pg_constraint ON conrelid = own_table.oid AND contype IN ('c', 'f', 'p', 'u', 'x')
    UNION ALL
    SELECT 'index', indexrelid::regclass::text, relname,
        concat_ws(' ',
            pg_get_indexdef(indexrelid),
            CASE WHEN NOT (indisvalid AND indisready AND indislive) THEN 'INVALID' END)
    FROM own_table JOIN pg_index ON indrelid = own_table.oid
    WHERE NOT EXISTS (
        SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
    UNION ALL
    SELECT 'statistics', stxname, relname, pg_get_statisticsobjdef(pg_statistic_ext.oid)
    FROM own_table JOIN pg_statistic_ext ON stxrelid = own_table.oid
    UNION ALL
    SELECT 'trigger', tgname, relname,
        concat_ws(' ',
            pg_get_triggerdef(pg_trigger.oid),
            CASE tgenabled WHEN 'D' THEN 'DISABLED' WHEN 'R' THEN 'REPLICA' WHEN 'A' THEN 'ALWAYS'
            END)
    FROM own_table JOIN pg_trigger ON tgrelid = own_table.oid AND NOT tgisinternal
    UNION ALL
    SELECT 'rule', rulename, relname, pg_get_ruledef(pg_rewrite.oid)
    FROM own_table JOIN pg_rewrite ON ev_class = own_table.oid
    UNION ALL
    SELECT 'policy', polname, relname, polcmd::text
    FROM own_table JOIN pg_policy ON polrelid = own_table.oid
    UNION ALL
    SELECT 'function', pg_proc.oid::regprocedure::text, NULL,
        concat_ws(' ',
            'returns', pg_get_function_result(pg_proc.oid), 'in', lanname,
            CASE provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' END,
            CASE WHEN proisstrict THEN 'STRICT' END,
            CASE proparallel WHEN 's' THEN 'PARALLEL SAFE' WHEN 'r' THEN 'PARALLEL RESTRICTED' END,
            CASE WHEN prosecdef THEN 'SECURITY DEFINER' END,
            array_to_string(proconfig, ' '),
            'doing', left(encode(sha256(convert_to(
                replace(coalesce(pg_get_function_sqlbody(pg_proc.oid), prosrc), 'public.', ''),
                'UTF8')), 'hex'), 16))
    FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
    WHERE pronamespace = to_regnamespace('public')
        AND NOT EXISTS (
            SELECT FROM pg_depend
            WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e')
)
SELECT kind, replace(name, 'public.', '') AS name, part_of,
    replace(definition, 'public.', '') AS definition
FROM schema_object
ORDER BY coalesce(part_of, '') COLLATE "C", kind COLLATE "C", name COLLATE "C"
