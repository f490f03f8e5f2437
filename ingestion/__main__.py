"""``python -m ingestion``."""

from __future__ import annotations

import sys

from ingestion.cli import main

sys.exit(main())
