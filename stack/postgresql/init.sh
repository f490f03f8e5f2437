#!/bin/sh
# Run once by the image of PostgreSQL, on an empty data directory.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set loader_password="$LOADER_PASSWORD" \
    --set reader_password="$TRINO_READER_PASSWORD" \
    --set metastore_password="$METASTORE_DB_PASSWORD" \
    --file /stack/roles.sql
