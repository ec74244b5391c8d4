"""Built-in credential sources."""
