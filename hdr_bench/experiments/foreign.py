"""Attributes of estimators of other libraries, which may fail in any way when they are read."""

from typing import Any


def read_attribute(model: Any, name: str) -> Any:
    """Return an attribute; None if there is none, or it is a property that fails or ends the program."""
    try:
        return getattr(model, name, None)
    except (Exception, SystemExit):  # noqa: BLE001  # what a foreign property raises
        return None


def exact_text(value: Any) -> str | None:
    """Return a text without what a class derived from `str` adds to it; None for anything else."""
    return str.__str__(value) if issubclass(type(value), str) else None
