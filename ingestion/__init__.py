"""Everything around the dbt models: what comes in, the batch run, what goes out."""
