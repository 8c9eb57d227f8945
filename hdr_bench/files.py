"""Files that are there whole or not at all."""

import os
import tempfile
from pathlib import Path

INCOMING = ".incoming-"


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to a temporary file beside `path` and put it in place; where that fails, nothing stays.

    Raises
    ------
    OSError
        If the folder cannot be made or written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{INCOMING}{os.getpid()}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def clear_leftovers(folder: Path) -> None:
    """Remove from `folder` what killed processes left half-written; not what a running one writes now."""
    for path in folder.glob(f"{INCOMING}*"):
        pid = path.name.removeprefix(INCOMING).partition("-")[0]
        if pid.isdecimal() and not _is_running(int(pid)):
            path.unlink(missing_ok=True)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
