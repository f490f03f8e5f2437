"""Reason codes of refused rows and files: what is wrong, and what to do about it.

The codes are those of Frictionless where it has one.
"""

from __future__ import annotations

#: By code: what is wrong, and the cure.
REASONS = {
    "missing-cell": (
        "the row has fewer cells than the header",
        "write a delimiter for every column of the header, also for empty cells",
    ),
    "extra-cell": (
        "the row has more cells than the header",
        "put quotes around a cell that holds the delimiter",
    ),
    "type-error": (
        "the value is not written in the form of its type",
        "write it as the contract has it, or declare the form of a sender",
    ),
    "constraint-error": (
        "the value is mandatory and absent, or out of its bounds",
        "fill it in, or correct it",
    ),
    "row-constraint": (
        "the row breaks a rule across columns",
        "correct one of the two values",
    ),
    "duplicate-label": (
        "a column or key stands twice, or twice but for upper case",
        "send each column or key once",
    ),
    "quote-error": (
        "a quote inside an unquoted cell, or text after a closing quote",
        "begin and end the cell with a quote, and double the quotes inside",
    ),
    "malformed-json": (
        "the line is not JSON; in an array, the file",
        "write one whole JSON object per line, or one whole array",
    ),
    "encoding-error": (
        "bytes that are not UTF-8, or NUL; UTF-16 refuses the file",
        "save it as UTF-8, or declare the encoding of a sender",
    ),
    "nesting-too-deep": (
        "more than 100 levels of objects and arrays",
        "send the order's keys without what lies so deep",
    ),
    "record-too-large": (
        "a row or order of more than 64 MiB or 3 million values",
        "send it in parts, and look for a quote that is not closed",
    ),
    "threshold-exceeded": (
        "too large a share of the file's rows is refused",
        "correct the rows named in its .rejects.jsonl and send the file again",
    ),
    "file-refused": (
        "the row is fine, its file is refused",
        "correct the file's other rows and send it again",
    ),
    "source-error": (
        "the file holds nothing but blanks",
        "send it again; a file without rows has its header, or is []",
    ),
    "missing-label": (
        "the header lacks a mandatory column",
        "name the column as the contract does, or declare the names of a sender",
    ),
    "blank-label": (
        "a column of the header has no name",
        "name it, or take it out of every row",
    ),
    "incorrect-label": (
        "a name in the header holds a lone CR, or is nearly one of the contract's",
        "write the name as the contract has it, and end lines with LF or CR LF",
    ),
    "unclosed-quote": (
        "a quote is never closed",
        "close it, or double it where it is part of the text",
    ),
    "compression-error": (
        "the gzip ends early, fails its checksum, or is none",
        "send it again whole, under a name with .gz only if it is a gzip",
    ),
    "decompression-bomb": (
        "the gzip unpacks to more than 200 times its size",
        "send the file unpacked if that is what it should be",
    ),
    "format-error": (
        "the extension is not one for the feed, or the content is of another kind",
        "export it as CSV or JSON and name it so",
    ),
    "checksum-error": (
        "the file has another sha256 than the .sha256 file beside it names",
        "send the file and its .sha256 again",
    ),
    "name-error": (
        "the name has control characters, a backslash, or is not UTF-8; or it lacks "
        "the part that its sender's pattern asks for",
        "rename the file",
    ),
    "link": ("a link, which is not followed", "send the file itself"),
    "folder": ("a folder", "put its files into the date's folder"),
    "special-file": ("neither file, folder nor link", "send a regular file"),
    "file-changing": (
        "the file was still being written",
        "send under a name that ends in .part, rename it when done, and run again",
    ),
}


def in_words(code: str) -> str:
    """What is wrong with a refused row or file and what to do, for a code."""
    problem, cure = REASONS[code]
    return f"{problem[0].upper()}{problem[1:]}: {cure}."
