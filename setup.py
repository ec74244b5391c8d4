"""Lets the build import the package, whose own parser becomes the manual page; every setting is in ``pyproject.toml``."""

import sys
from pathlib import Path

from setuptools import setup

sys.path.insert(0, str(Path(__file__).parent / "src"))
setup()
