-- One role per purpose. The passwords are psql variables; whoever starts the server
-- gives them.
create role procurement login password :'loader_password';
create role trino_reader login password :'reader_password';
create role metastore login password :'metastore_password';
create database procurement owner procurement;
create database metastore owner metastore;
revoke all on database procurement from public;
revoke all on database metastore from public;
grant connect on database procurement to trino_reader;
alter role trino_reader set default_transaction_read_only = on;
\connect procurement
create schema master authorization procurement;
grant usage on schema master to trino_reader;
alter default privileges for role procurement in schema master
grant select on tables to trino_reader;
