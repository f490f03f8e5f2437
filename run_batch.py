#!/usr/bin/env python3
"""The whole batch window for one business date, or for several.

Lands the files of the inbox, lets dbt plan the orders, publishes them. What it does
stands in ``ingestion/batch``; ``python run_batch.py --help`` says how to call it.
"""

import atexit
import os
import sys
from contextlib import suppress

from ingestion.installed import require_packages

if __name__ == "__main__":
    require_packages("run_batch.py")
    from ingestion.commands.run_batch import main

    exit_code = main()
    # An embedded PostgreSQL is left, and what dbt's thread pool holds is given back.
    atexit._run_exitfuncs()
    with suppress(OSError):  # whoever read the output may be gone
        sys.stdout.flush()
        sys.stderr.flush()
    # Where a model failed, dbt leaves its other threads at work in DuckDB, and an
    # ending Python would abort there: the exit code would be that of a crash.
    os._exit(exit_code)
