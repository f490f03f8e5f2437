"""What a file's name says, and the names that its content gets in the lake."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, replace

from ingestion.contracts.senders import sender_of

#: Longest name written to the lake, in UTF-8 bytes: below the 255 that file
#: systems allow, with room for the prefix of unfinished files.
MAX_NAME = 200
#: How programs that transfer files name what they have not finished, or keep aside.
_UNFINISHED = (
    ".tmp", ".part", ".partial", ".filepart", ".crdownload", ".incomplete", ".bak", "~",
)  # fmt: skip
_OF_DESKTOPS = ("thumbs.db", "desktop.ini")
#: A sidecar names the sha256 of the file beside it.
SIDECAR = ".sha256"
_FORMATS = {"json": "json", "jsonl": "json", "ndjson": "json", "csv": "csv"}
_REQUEUED = ".requeued"
_EXTENSION = re.compile(r"\.(json|jsonl|ndjson|csv)(\.gz)?\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """How the bytes of a file are to be read, by its name.

    Attributes:
        sender: who writes it in a way of his own, if anybody does.
    """

    format: str
    compression: str | None
    sender: str | None = None


def is_passed_over(name: str) -> bool:
    """Whether it is no file yet, or none at all, such as a sidecar of one."""
    lower = name.lower()
    is_none = lower in _OF_DESKTOPS or lower.endswith((*_UNFINISHED, SIDECAR))
    return name.startswith((".", "_", "~")) or is_none


def shown(name: str) -> str:
    r"""A name that can be written as UTF-8: undecodable bytes as ``\xNN``."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def name_order(name: str) -> bytes:
    """Names are compared by their UTF-8 bytes."""
    return name.encode("utf-8", "surrogateescape")


def name_problem(name: str) -> str | None:
    """Why a name cannot be accepted whatever the content, in words, or None."""
    if any("\udc80" <= character <= "\udcff" for character in name):
        return "The name is not valid UTF-8."
    if any(unicodedata.category(character) == "Cc" for character in name):
        return "The name contains control characters."
    if "\\" in name:
        # A slash cannot be in the name of a file; other systems part paths so.
        return "The name contains a path of another system."
    return None


def reading_of(name: str) -> Reading | None:
    """Format and compression by the extension, or None for any other one."""
    found = _EXTENSION.search(name)
    if found is None:
        return None
    return Reading(_FORMATS[found[1].lower()], "gzip" if found[2] else None)


def reading_for(feed: str, name: str) -> Reading | None:
    """Format, compression and sender of a file, None for an unknown extension."""
    reading = reading_of(name)
    sent = sent_name(name)
    sender = sender_of(feed, reading.format, sent) if reading else None
    return replace(reading, sender=sender.name) if reading and sender else reading


def stem_and_extension(name: str) -> tuple[str, str]:
    """``a.b.CSV.gz`` is ``a.b`` and ``.CSV.gz``; other names split at the last dot."""
    found = _EXTENSION.search(name)
    if found:
        return name[: found.start()], found[0]
    stem, dot, extension = name.rpartition(".")
    return (stem, dot + extension) if stem else (name, "")


def requeued_name(name: str, file_format: str) -> str:
    """The name under which corrected rows of a file are received.

    With the whole of the file's own name: ``a.csv`` and ``a.csv.gz`` are two files.
    """
    extension = "jsonl" if file_format == "json" else file_format
    return f"{name}{_REQUEUED}.{extension}"


def sent_name(name: str) -> str:
    """The name of the file that corrected rows were sent in; else the name itself."""
    return name.partition(f"{_REQUEUED}.")[0]


def landed_name(name: str, sha256: str, file_format: str) -> str:
    """Unique name of an accepted file: stem, 12 digits of its sha256, format."""
    return _with_digits(_plain(stem_and_extension(name)[0]), sha256, f".{file_format}")


def manifest_name(feed: str, name: str, sha256: str | None) -> str:
    """Name of the load history's entry for one name and content."""
    key = hashlib.sha256(f"{feed}\0{name}\0{sha256 or ''}".encode()).hexdigest()
    stem = _plain(stem_and_extension(name)[0])
    return _with_digits(f"{feed}-{stem}", key, ".json")


def quarantine_names(name: str, sha256: str, suffix: str = "") -> tuple[str, str]:
    """The name for a refused file, and the one to take when that is taken.

    The first is the name as received wherever a path allows it.
    """
    safe = "".join(
        character if character.isprintable() and character not in '/\\:"' else "_"
        for character in name
    )
    stem, extension = stem_and_extension(safe)
    numbered = _with_digits(stem, sha256, extension[-40:] + suffix)
    if len((safe + suffix).encode()) > MAX_NAME:
        return numbered, numbered
    return safe + suffix, numbered


def _plain(stem: str) -> str:
    """Only characters that no engine takes for a pattern, nor for a hidden file."""
    plain = "".join(
        character if character.isalnum() or character in " ._-" else "_"
        for character in stem
    )
    return f"f{plain}" if plain.startswith(("_", ".")) else plain


def _with_digits(stem: str, digits: str, extension: str) -> str:
    tail = f"-{digits[:12]}{extension}"
    room = MAX_NAME - len(tail.encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + tail
