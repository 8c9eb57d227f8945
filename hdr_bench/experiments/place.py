"""Where a process is: its working folder, import path and environment."""

import os
import sys
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Place:
    """What a trial's process takes over from the one that asked for it.

    Attributes
    ----------
    folder : str
        Working folder.
    path : tuple of str
        Where modules are looked for.
    environ : dict of str to str
        Environment variables.
    """

    folder: str
    path: tuple[str, ...]
    environ: dict[str, str]

    @classmethod
    def here(cls) -> Self:
        """Return this process's."""
        return cls(os.getcwd(), tuple(sys.path), dict(os.environ))  # noqa: PTH109  # for os.chdir

    def enter(self) -> None:
        """Make this process be there."""
        os.chdir(self.folder)
        sys.path[:] = self.path
        # One by one: a library may hold on to the mapping.
        for name in set(os.environ) - set(self.environ):
            del os.environ[name]
        os.environ.update(self.environ)
