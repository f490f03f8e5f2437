"""The stack: configuration files, and the launcher of its local processes."""
