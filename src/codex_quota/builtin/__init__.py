"""Built-in plugins; each imports only what any other plugin could import."""
