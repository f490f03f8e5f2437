"""Trino, HDFS, the Hive metastore and PostgreSQL as local processes.

They run from the configuration files beside this package, which containers mount too;
everything they keep lies below ``<state>/stack/``.
"""
