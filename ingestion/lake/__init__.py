"""The lake: files in a local folder or in HDFS, opened by location."""

from __future__ import annotations

from pathlib import Path

from ingestion.errors import ServiceUnavailableError, UsageError
from ingestion.lake.base import Lake, LakeFile, read_file, write_file
from ingestion.lake.local import LocalLake

__all__ = ["Lake", "LakeFile", "LocalLake", "open_lake", "read_file", "write_file"]


def open_lake(location: str) -> Lake:
    """The lake at a local path, or in HDFS.

    Raises:
        UsageError: a kind of location that is not supported, or WEBHDFS_URL is
            missing for one in HDFS.
        ServiceUnavailableError: the folder cannot be made.
    """
    if location.startswith("hdfs://"):
        # Here, because a lake in a folder needs none of the packages behind it.
        from ingestion.lake.hdfs import open_hdfs_lake

        return open_hdfs_lake(location)
    if "://" in location:
        raise UsageError(
            f"The lake {location!r} cannot be opened: give --lake or PROCUREMENT_LAKE "
            "a path, or hdfs://host:port/path."
        )
    folder = Path(location)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ServiceUnavailableError(
            f"The lake's folder {folder} cannot be made: {error.strerror}."
        ) from error
    return LocalLake(folder)
