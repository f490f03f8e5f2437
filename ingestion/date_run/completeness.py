"""Whether the inputs of a date are complete enough to order anything from them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from ingestion.errors import RefusedError
from ingestion.gate import COUNTED, ReceivedFile


def check_feeds(
    business_date: date, received: Sequence[ReceivedFile], *, needs_orders: bool = True
) -> None:
    """Ask for an accepted file of each feed.

    Raises:
        RefusedError: orders or stock are missing altogether.
    """
    for feed in ("orders", "stock") if needs_orders else ("stock",):
        files = [file for file in received if file.feed == feed]
        if not any(file.status in COUNTED for file in files):
            refused = sum(file.status == "quarantined" for file in files)
            closed = (
                " On a closed day, order from stock and rules alone: "
                "--vars '{allow_no_orders: true}'."
            )
            raise RefusedError(
                f"No {feed} file of {business_date} was accepted ({refused} refused). "
                f"Put the files into <inbox>/{feed}/{business_date}/ and run again; "
                f"python -m ingestion status --date {business_date} says why files "
                f"were refused.{closed if feed == 'orders' else ''}"
            )


def check_warehouses(
    business_date: date,
    received: Sequence[ReceivedFile],
    warehouse_ids: Sequence[str],
) -> None:
    """Ask for an accepted stock row of every warehouse: a missing one reads as zero.

    Raises:
        RefusedError: a warehouse of the master data is missing.
    """
    missing = undelivered(received, "stock", warehouse_ids)
    if missing:
        names = ", ".join(missing)
        raise RefusedError(
            f"No accepted stock row of {business_date} from {names}: its stock would "
            "read as zero, and all that it holds be ordered again. "
            f"{_nearly_equal(missing, received, warehouse_ids)}Put its file into "
            f"<inbox>/stock/{business_date}/ and run again. Only if {names} may count "
            "as empty: --vars '{allow_missing_warehouses: true}'."
        )


def _nearly_equal(
    missing: Iterable[str],
    received: Iterable[ReceivedFile],
    warehouse_ids: Iterable[str],
) -> str:
    """Which unknown warehouses that sent rows are perhaps the missing ones."""
    unknown = _delivered(received, "stock") - set(warehouse_ids)
    found = [
        f"Rows came from the unknown warehouse {sent}: is it {known}? "
        for known in missing
        for sent in sorted(unknown)
        if _plain_id(sent) == _plain_id(known)
    ]
    return "".join(found)


def _plain_id(site_id: str) -> str:
    """An id without case, zeros in front and a decimal part of zeros."""
    return re.sub(r"\.0+$", "", site_id.lower()).lstrip("0")


def undelivered(
    received: Iterable[ReceivedFile], feed: str, site_ids: Iterable[str]
) -> list[str]:
    """Sites without an accepted row in a feed, sorted."""
    return sorted(set(site_ids) - _delivered(received, feed))


def _delivered(received: Iterable[ReceivedFile], feed: str) -> set[str]:
    """Sites with an accepted row in a feed."""
    return {
        site
        for file in received
        if file.feed == feed and file.status in COUNTED
        for site in file.site_ids
    }
