"""Code that uses psycopg below its cursors, for the versions that pyproject.toml allows."""
