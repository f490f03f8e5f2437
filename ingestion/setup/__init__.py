"""Prepares a checkout after its Python packages are installed."""
