"""Reading one file: which rows are accepted, and what is landed of it."""
