python -m pytest --quiet
