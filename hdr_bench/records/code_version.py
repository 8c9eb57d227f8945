"""Version of the code that a result was computed with, if it runs from a checkout."""

import hashlib
import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple

_ROOT = Path(__file__).parents[2]
_PARTS = ("hdr_bench", "benchmarks", "constraints.txt")
"""What decides results, relative to the checkout."""

_DIGITS = 12


class CodeVersion(NamedTuple):
    """A version of the code.

    Attributes
    ----------
    commit : str
        Commit of the checkout; empty without one.
    code : str
        First 12 hexadecimal digits of a SHA-256 hash of library, suites and pinned versions (``hdr_bench/``,
        ``benchmarks/``, ``constraints.txt``) in that commit, which commits of anything else leave as it is; empty
        without a checkout.

    Notes
    -----
    Both are followed by ``+`` if one of these parts has uncommitted changes.
    """

    commit: str
    code: str


@cache
def read_code_version() -> CodeVersion:
    """Return the version of the checkout that contains this file; empty texts if it is not in one.

    Returns
    -------
    version : CodeVersion
    """
    return version_of(_ROOT)


def version_of(root: Path) -> CodeVersion:
    """Return the version of the code in a folder; empty texts if it is not a checkout of this library.

    Parameters
    ----------
    root : Path
        Folder that contains ``hdr_bench/``.

    Returns
    -------
    version : CodeVersion
    """
    try:
        # An installed library may lie in a checkout of something else, which does not track it.
        _git(root, "ls-files", "--error-unmatch", "hdr_bench/__init__.py")
        commit, *parts = _git(root, "rev-parse", "HEAD", *(f"HEAD:./{part}" for part in _PARTS)).split()
        changed = _git(root, "status", "--porcelain", "--untracked-files=no", "--", *_PARTS)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return CodeVersion("", "")
    mark = "+" if changed else ""
    return CodeVersion(commit + mark, hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_DIGITS] + mark)


def _git(root: Path, *arguments: str) -> str:
    found = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True)
    return found.stdout.strip()
