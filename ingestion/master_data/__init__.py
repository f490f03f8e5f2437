"""Master data in PostgreSQL: its tables, loading them from CSV, reading them back."""
