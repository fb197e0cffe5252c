"""PostgreSQL: pool, transactions, query runner, migrations, SQL."""
