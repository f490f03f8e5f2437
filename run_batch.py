#!/usr/bin/env python3
"""The whole batch window for one business date, or for several.

Lands the files of the inbox, lets dbt plan the orders, publishes them. What it does
stands in ``ingestion/batch``; ``python run_batch.py --help`` says how to call it.
"""

import sys

from ingestion.batch.runner import main

if __name__ == "__main__":
    sys.exit(main())
