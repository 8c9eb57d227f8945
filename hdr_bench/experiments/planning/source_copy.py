"""What a run was made from, in its folder: the suite's file, and the packages that were installed."""

from pathlib import Path

from hdr_bench.experiments.planning.carried_suites import suite_paths
from hdr_bench.files import read_regular
from hdr_bench.records.environment import installed_packages, read_environment
from hdr_bench.records.kept_arrays import put
from hdr_bench.records.suite import Suite

FOLDER, PACKAGES = "source", "requirements.txt"
"""The folder below a run's folder, and the list of packages in it."""

_HEAD = "# Written by hdr-bench: what was installed when trials of this run last ran."


def write_source_copy(folder: Path, suite: Suite, origin: str) -> None:
    """Copy a suite's file into the run's folder, and list the installed packages beside it, as ``pip freeze`` does.

    What else the suite refers to, e.g. data files or modules of its own, is not copied. If there is a folder of that
    name which no run has written, nothing is.

    Parameters
    ----------
    folder : Path
        The run's folder.
    suite : Suite
        The suite that runs.
    origin : str
        What it was asked for as: the name of a suite of the library, a path, or empty for a suite made in code, which
        has no file to copy.

    Raises
    ------
    StoreError
        If a file cannot be written.
    """
    place = folder / FOLDER
    if place.exists() and not _is_ours(place):
        return
    place.mkdir(exist_ok=True)
    put(place / PACKAGES, _list_packages().encode())
    file = suite.file or suite_paths().get(origin)
    if file is None:
        return
    try:
        content = read_regular(file)
    except OSError:
        # It has gone since it was read.
        return
    put(place / file.name, content)


def _is_ours(place: Path) -> bool:
    try:
        return read_regular(place / PACKAGES).startswith(_HEAD.encode())
    except OSError:
        return False


def _list_packages() -> str:
    environment = read_environment()
    code = f", hdr-bench at commit {environment.commit}" if environment.commit else ""
    lines = [f"{name}=={version}" for name, version in installed_packages().items()]
    return "\n".join([_HEAD, f"# Python {environment.python}{code}", *lines, ""])
