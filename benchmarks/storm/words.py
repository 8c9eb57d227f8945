"""Hostile words, from ``material/hostile.toml``."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "material" / "hostile.toml"


@cache
def read_words(section: str) -> dict[str, Any]:
    """Return the lists of a section by name."""
    return dict(tomllib.loads(_FILE.read_text(encoding="utf-8"))[section])
