"""Reading back what has just become visible, before a version counts as published."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from ingestion.errors import PublicationError
from ingestion.lake import Lake


def check_visible(lake: Lake, folder: str, expected: Mapping[str, bytes]) -> None:
    """Compare files in the lake with what was written, by length and sha256.

    Args:
        lake: where they are.
        folder: nothing else may be in this one.
        expected: content by path.

    Raises:
        PublicationError: a file is missing, too many, or other than it was written.
    """
    surplus = {file.path for file in lake.files(folder)} - expected.keys()
    wrong = [f"{path} should not be there" for path in sorted(surplus)]

    def difference(path: str) -> str | None:
        try:
            with lake.reader(path) as stream:
                found = _told(stream.read())
        except FileNotFoundError:
            found = "missing"
        written = _told(expected[path])
        return None if found == written else f"{path} is {found}, written was {written}"

    wrong += [text for text in lake.each(difference, sorted(expected)) if text]
    if wrong:
        raise PublicationError(
            "\n".join(
                [
                    f"{folder} does not read back as it was written; the version was "
                    "withdrawn.",
                    *(f"  {text}" for text in wrong),
                    f"See that {lake.root} keeps what it is given (space, disks, its "
                    "log), then run again.",
                ]
            )
        )


def _told(content: bytes) -> str:
    return f"{len(content)} bytes with sha256 {hashlib.sha256(content).hexdigest()}"
