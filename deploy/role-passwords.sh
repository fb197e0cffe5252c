#!/usr/bin/env bash
# Sets the passwords of the roles when the database of compose.yaml is initialised, and revokes their
# access to the other databases of the server.
set -euo pipefail
for role in pricebook pricebook_api pricebook_worker; do
    psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
        --set role="$role" --set password="$(cat "/run/secrets/${role}_password")" \
        <<< "ALTER ROLE :\"role\" PASSWORD :'password'"
done
psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --command 'REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC'
