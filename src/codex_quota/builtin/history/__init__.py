"""The history's commands and routes, and what fills it."""
