"""What a module imports at once, by its text alone."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

_LINE = re.compile(r"^(?:from|import)[ \t]+([A-Za-z_][\w.]*)", re.MULTILINE)


def imported_names(module: str, path: Iterable[str]) -> Iterator[str]:
    """Give the names of modules that a module's lines import, those of its packages before; nothing is run.

    Parameters
    ----------
    module : str
        Its dotted name.
    path : iterable of str
        Where its root is looked for.
    """
    places = list(path)
    name = ""
    for part in module.split("."):
        name = f"{name}.{part}".removeprefix(".")
        spec = PathFinder.find_spec(name, places)
        if spec is None:
            return
        origin = Path(spec.origin or "")
        if origin.suffix == ".py" and origin.is_file():
            with suppress(OSError):
                yield from _LINE.findall(origin.read_text(encoding="utf-8", errors="replace"))
        places = _folders(spec)


def _folders(spec: ModuleSpec) -> list[str]:
    # Those of a package without a file are known only when the packages above it have been imported.
    with suppress(KeyError):
        return list(spec.submodule_search_locations or ())
    return []
