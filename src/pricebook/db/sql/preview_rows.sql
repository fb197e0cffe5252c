-- Deletes the rows of deleted previews, in place of a foreign key that is checked for each row.

CREATE OR REPLACE FUNCTION delete_preview_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM preview_rows USING old_previews WHERE preview_id = old_previews.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER delete_preview_rows AFTER DELETE ON import_previews
    REFERENCING OLD TABLE AS old_previews
    FOR EACH STATEMENT EXECUTE FUNCTION delete_preview_rows();
