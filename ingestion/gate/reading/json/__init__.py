"""JSON: documents by the standard, many orders at once where nothing is odd."""
