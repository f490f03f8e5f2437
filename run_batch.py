#!/usr/bin/env python3
"""The whole batch window for one business date, or for several.

For each date, in order (``ingestion/batch/batch_run.py`` and what it calls):

1. hold the date, so that no other run works on it, and settle what a killed run left;
2. receive files: check each against its contract, land what is right below ``raw``,
   keep the rest in ``quarantine``, and note an entry per file (``ingestion/gate``);
3. capture the master data of PostgreSQL as of one instant (``ingestion/master_data``);
4. check that the inputs are complete enough to order anything from them;
5. plan: ``dbt build`` of the date, with its data tests; the models export orders and
   exceptions, and figures of their marts (``ingestion/planning``, ``models``);
6. publish: put the files together, reconcile them with the figures, make them visible
   all at once, read them back (``ingestion/publication``);
7. report: the quality page, its copies, alerts (``ingestion/report``).

A date that is published is left alone, replayed (``--replay``), or given its next
version (``--include-late``, ``--refresh-master``): ``ingestion/replay``.
``python run_batch.py --help`` says how to call it.
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
