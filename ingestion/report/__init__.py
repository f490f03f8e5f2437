"""The quality report of a date: a page for people, its tables as files, and alerts."""
