"""Everything around the dbt models: what comes in, the night's run, what goes out."""
