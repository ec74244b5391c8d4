"""The command line, a built-in plugin."""
