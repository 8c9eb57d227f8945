"""Which packages are installed here: looked up once per process, since it takes most of a second."""

from collections.abc import Mapping
from functools import cache
from importlib import metadata


@cache
def packages_distributions() -> Mapping[str, list[str]]:
    """Return the distributions of each package that can be imported, by the package's name."""
    return metadata.packages_distributions()
