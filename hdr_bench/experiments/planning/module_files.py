"""Files of modules, found by name without importing them, and classified as installed or the user's own."""

import importlib.util
import json
import pkgutil
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

_INSTALLED_FOLDERS = frozenset({"site-packages", "dist-packages"})
# This library is identified by its version, even in an editable install.
_THIS_LIBRARY = "hdr_bench"


@dataclass(frozen=True)
class ModuleFile:
    """A module as found by the import system.

    Attributes
    ----------
    name : str
    file : Path or None
        Source or compiled code; None for a package without ``__init__``.
    folders : tuple of str
        Folders with a package's modules; empty for a module.
    """

    name: str
    file: Path | None
    folders: tuple[str, ...] = ()

    @property
    def package(self) -> str:
        """Package that relative imports start from."""
        return self.name if self.folders else self.name.rpartition(".")[0]

    def submodules(self) -> list[str]:
        """Return the names of a package's modules.

        Returns
        -------
        names : list of str
        """
        return [f"{self.name}.{found.name}" for found in pkgutil.iter_modules(list(self.folders))]


def find_module(name: str) -> ModuleFile | None:
    """Return where a module comes from, without importing it; None if it is built in or does not exist.

    Parameters
    ----------
    name : str
        Dotted name.

    Returns
    -------
    module : ModuleFile or None
    """
    spec = _spec_of(name)
    if spec is None:
        # Imported from a location that is no longer on the import path.
        spec = getattr(sys.modules.get(name), "__spec__", None)
    if spec is None or not (spec.has_location or spec.submodule_search_locations):
        return None
    return ModuleFile(name, _file_of(spec), tuple(spec.submodule_search_locations or ()))


def is_own(module: ModuleFile) -> bool:
    """Return whether a module is the user's own: not Python's, this library's, or installed other than editably.

    Parameters
    ----------
    module : ModuleFile

    Returns
    -------
    is_own : bool
    """
    root = module.name.partition(".")[0]
    if root == _THIS_LIBRARY:
        return False
    places = [module.file] if module.file else [Path(folder).resolve() for folder in module.folders]
    return not any(_is_installed(place, root) for place in places)


def _file_of(spec: Any) -> Path | None:
    if not spec.has_location:
        return None
    path = Path(spec.origin).resolve()
    # A module in a zip archive is identified by the archive.
    return next((place for place in (path, *path.parents) if place.is_file()), None)


def _spec_of(name: str) -> Any:
    """Query the finders for each part of a dotted name in turn; `importlib.util.find_spec` would import packages."""
    path: Sequence[str] | None = None
    spec = None
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        spec = _first_spec(".".join(parts[:count]), path)
        if spec is None:
            return None
        path = spec.submodule_search_locations
        if path is None and count < len(parts):
            return None
    return spec


def _first_spec(name: str, path: Sequence[str] | None) -> Any:
    for finder in sys.meta_path:
        try:
            spec = finder.find_spec(name, path, None)
        # If the parent is not imported, Python's finder cannot locate the folders of a package without __init__.
        except KeyError:
            return _folder_spec(name, path)
        if spec is not None:
            return spec
    return None


def _folder_spec(name: str, path: Sequence[str] | None) -> Any:
    folders = [Path(entry, name.rpartition(".")[2]) for entry in path or ()]
    spec = importlib.util.spec_from_loader(name, None, is_package=True)
    if spec is not None and spec.submodule_search_locations is not None:
        spec.submodule_search_locations.extend(str(folder) for folder in folders if folder.is_dir())
    return spec


def _is_installed(place: Path, root: str) -> bool:
    return _is_pythons(place) or any(place.is_relative_to(folder) for folder in _other_folders().get(root, ()))


def _is_pythons(place: Path) -> bool:
    """Return whether a path is in a folder of Python or pip."""
    is_named_so = bool(_INSTALLED_FOLDERS & set(place.parts))
    return is_named_so or any(place.is_relative_to(folder) for folder in _pythons_folders())


@cache
def _pythons_folders() -> tuple[Path, ...]:
    return tuple(Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib", "purelib", "platlib"))


def _other_folders() -> dict[str, list[Path]]:
    """Return other folders that importable names were installed into with ``pip install --target``."""
    return _folders_on(tuple(sys.path))


@cache
def _folders_on(_path: tuple[str, ...]) -> dict[str, list[Path]]:
    folders: dict[str, list[Path]] = {}
    for distribution in metadata.distributions():
        folder = Path(str(distribution.locate_file(""))).resolve()
        # A source tree with metadata next to it has no list of installed files.
        if _is_pythons(folder) or distribution.read_text("RECORD") is None or _is_editable(distribution):
            continue
        for root in {file.parts[0].partition(".")[0] for file in distribution.files or ()}:
            folders.setdefault(root, []).append(folder)
    return folders


def _is_editable(distribution: metadata.Distribution) -> bool:
    direct = json.loads(distribution.read_text("direct_url.json") or "{}")
    return bool(direct.get("dir_info", {}).get("editable"))
