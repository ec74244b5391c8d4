"""Built-in cache stores."""
