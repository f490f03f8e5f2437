"""CSV: records by RFC 4180, many rows at once where their cells can be split."""
