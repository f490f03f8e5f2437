"""Whether the inputs of a date are complete enough to order anything from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from ingestion.errors import RefusedError
from ingestion.gate import ReceivedFile

_COUNTING = ("accepted", "partial")


def check_feeds(business_date: date, received: Sequence[ReceivedFile]) -> None:
    """Ask for an accepted file of each feed.

    Raises:
        RefusedError: orders or stock are missing altogether.
    """
    for feed in ("orders", "stock"):
        files = [file for file in received if file.feed == feed]
        if not any(file.status in _COUNTING for file in files):
            refused = sum(file.status == "quarantined" for file in files)
            raise RefusedError(
                f"No {feed} file of {business_date} was accepted ({refused} refused). "
                f"Put the files into <inbox>/{feed}/{business_date}/ and run again; "
                f"python -m ingestion status --date {business_date} says why files "
                "were refused."
            )


def check_warehouses(
    business_date: date,
    received: Iterable[ReceivedFile],
    warehouse_ids: Iterable[str],
) -> None:
    """Ask for an accepted stock row of every warehouse: a missing one reads as zero.

    Raises:
        RefusedError: a warehouse of the master data is missing.
    """
    missing = undelivered(received, "stock", warehouse_ids)
    if missing:
        raise RefusedError(
            f"No accepted stock row of {business_date} from {', '.join(missing)}: its "
            "stock would read as zero and be ordered again. Put its file into "
            f"<inbox>/stock/{business_date}/ and run again, or order without it: "
            "--vars '{allow_missing_warehouses: true}'."
        )


def undelivered(
    received: Iterable[ReceivedFile], feed: str, site_ids: Iterable[str]
) -> list[str]:
    """Sites without an accepted row in a feed, sorted."""
    delivered = {
        site
        for file in received
        if file.feed == feed and file.status in _COUNTING
        for site in file.site_ids
    }
    return sorted(set(site_ids) - delivered)
