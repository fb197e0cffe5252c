-- The roles of Pricebook: `pricebook` owns the database, migrates it and runs the commands; the
-- processes connect as `pricebook_api` and `pricebook_worker`. Run it in the database of Pricebook as
-- a superuser, or as its owner with CREATEROLE and CREATEDB; it can be repeated. Set the password of
-- each role afterwards; `pricebook migrate` grants the rights.
DO $$
DECLARE
    role_name text;
    function_name regprocedure;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['pricebook', 'pricebook_api', 'pricebook_worker'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', role_name);
        END IF;
    END LOOP;
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        GRANT pricebook TO CURRENT_USER; -- ALTER DATABASE … OWNER requires membership
    END IF;
    EXECUTE format('ALTER DATABASE %I OWNER TO pricebook', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO pricebook_api', current_database());
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO pricebook_worker',
        current_database());

    -- Large objects and logical messages could fill the disk; by default every role may write them.
    -- Only a superuser can revoke that; pricebook_api and pricebook_worker need neither.
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        FOR function_name IN
            SELECT oid FROM pg_proc
            WHERE pronamespace = 'pg_catalog'::regnamespace
                AND proname ~ '^(lo_|loread|lowrite|pg_logical_emit_message)'
                AND has_function_privilege('public', oid, 'EXECUTE')
        LOOP
            EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', function_name);
        END LOOP;
    END IF;
END $$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO pricebook;
