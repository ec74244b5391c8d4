"""The dashboard, a built-in plugin: one page for all accounts, a JSON API, account management."""
