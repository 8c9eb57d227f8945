"""Where the suites are that the library carries."""

from importlib import resources
from pathlib import Path


def suites_folder() -> Path:
    """Return the folder of the suites: in the installed package, or beside it in a checkout."""
    package = Path(str(resources.files("hdr_bench")))
    return package / "benchmarks" if (package / "benchmarks").is_dir() else package.parent / "benchmarks"
