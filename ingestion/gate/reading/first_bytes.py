"""What a file is by its first bytes, whatever its name says."""

from __future__ import annotations

from ingestion.gate.reading.verdict import FileRefusedError

_GZIP = b"\x1f\x8b"
_UNPACK, _EXPORT = "Unpack it, or pack it with gzip", "Export the rows as CSV or JSON"
#: Kinds of files that hold no text, with what to do instead.
_KINDS = {
    b"PK\x03\x04": ("a zip file", _UNPACK),
    b"PK\x05\x06": ("an empty zip file", "Send the file itself"),
    b"\xd0\xcf\x11\xe0": ("a spreadsheet file (.xls)", "Save it as CSV in UTF-8"),
    b"%PDF": ("a PDF", _EXPORT),
    b"7z\xbc\xaf": ("a 7z file", _UNPACK),
    b"Rar!": ("a rar file", _UNPACK),
    b"\x28\xb5\x2f\xfd": ("a zstd file", _UNPACK),
    b"\xfd7zXZ": ("an xz file", _UNPACK),
    b"BZh": ("a bzip2 file", _UNPACK),
    b"PAR1": ("a Parquet file", _EXPORT),
    b"SQLite format 3": ("an SQLite database", _EXPORT),
}
#: What a spreadsheet's zip begins with: its first member is one of these.
_SPREADSHEET = (b"[Content_Types].xml", b"xl/", b"_rels/", b"docProps/", b"mimetypeapp")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
#: Where NUL bytes stand when text that begins with ASCII is not UTF-8.
_WIDE_PATTERNS = {
    **dict.fromkeys(("-0-0", "0-0-", "-0", "0-"), "UTF-16"),
    **dict.fromkeys(("-000", "000-"), "UTF-32"),
}


def require_text(start: bytes) -> None:
    """Ask for something that may be text.

    Raises:
        FileRefusedError: it is of a kind that is none; the message names it.
    """
    if start.startswith(_GZIP):
        raise FileRefusedError(
            "format-error",
            "The file is a gzip, and its name does not say so: name it .gz.",
        )
    found = _kind(start)
    if found:
        raise FileRefusedError("format-error", f"The file is {found[0]}. {found[1]}.")


def require_gzip(start: bytes) -> None:
    """Ask for a gzip, or for nothing at all.

    Raises:
        FileRefusedError: it is something else; the message names it.
    """
    if not start or start.startswith(_GZIP):
        return
    found = _kind(start)
    what = found[0] if found else "not a gzip at all"
    cure = found[1] if found else "Send it whole"
    if not found and start.strip() and b"\x00" not in start:
        what, cure = "not a gzip at all but plain text", "Take .gz off its name"
    raise FileRefusedError(
        "compression-error", f"The name ends in .gz, and the file is {what}. {cure}."
    )


def wide_encoding(start: bytes) -> str | None:
    """UTF-16 or UTF-32, when the beginning of a file says so."""
    if start.startswith(_WIDE_MARKS):
        return "UTF-16 or UTF-32"
    pattern = "".join("-" if byte else "0" for byte in start[:4])
    found = _WIDE_PATTERNS.get(pattern)
    # A few NUL bytes in UTF-8 are a defect of their row, not another encoding.
    enough = start.count(0) * 3 >= len(start)
    return found if enough else None


def _kind(start: bytes) -> tuple[str, str] | None:
    for mark, kind in _KINDS.items():
        if start.startswith(mark):
            if mark.startswith(b"PK") and start[30:].startswith(_SPREADSHEET):
                return "a spreadsheet file (.xlsx or .ods)", "Save it as CSV in UTF-8"
            return kind
    return None
