"""``python -m ingestion``."""

from __future__ import annotations

import sys

from ingestion.installed import require_packages

if __name__ == "__main__":
    require_packages("python -m ingestion")
    from ingestion.commands.cli import main

    sys.exit(main())
