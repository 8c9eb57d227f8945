"""A disk that fails: imported by every process whose import path has this folder, and active where it is told so.

The variable `HDR_BENCH_STORM_DISK` is ``CALL:NUMBER:ERRNO:FOLDER``: the call of that name that has that number among
those on paths below the folder fails, and all after it, as on a disk that is full.
"""

import builtins
import io
import os

_CALLS = ("open", "write", "replace", "rename", "mkdir", "fsync", "unlink", "rmdir", "chmod", "link")
_TAKES_BYTES = frozenset("wax+")


def _break(told: str) -> None:
    name, number, code, folder = told.split(":", 3)
    if name not in _CALLS:
        raise ValueError(f"{name} is none of {', '.join(_CALLS)}")
    breaking = {"open": _break_open, "write": _break_write}.get(name, _break_call)
    breaking(name, _Countdown(int(number), int(code), folder))


class _Countdown:
    """Calls below a folder that still succeed."""

    def __init__(self, number: int, code: int, folder: str) -> None:
        self._left, self._code, self._folder = number, code, folder

    def __call__(self, path: object) -> None:
        if isinstance(path, str | bytes | os.PathLike) and os.fsdecode(path).startswith(self._folder):
            self.count(path)

    def count(self, path: object = None) -> None:
        """Count a call; raise once they are used up."""
        self._left -= 1
        if self._left < 0:
            raise OSError(self._code, os.strerror(self._code), path)

    def is_below(self, path: object) -> bool:
        """Whether a path is one of those that count."""
        return isinstance(path, str | bytes | os.PathLike) and os.fsdecode(path).startswith(self._folder)


def _break_call(name: str, countdown: _Countdown) -> None:
    right = getattr(os, name)

    def broken(*args: object, **keywords: object) -> object:
        first = args[0] if args else None
        if isinstance(first, int):  # a file that is open, of fsync
            countdown.count()
        countdown(first)
        return right(*args, **keywords)

    setattr(os, name, broken)


def _break_open(_name: str, countdown: _Countdown) -> None:
    right_open, right_os_open = io.open, os.open

    def broken(file: object, mode: str = "r", *args: object, **keywords: object) -> object:
        if _TAKES_BYTES & set(mode):
            countdown(file)
        return right_open(file, mode, *args, **keywords)

    def broken_os_open(path: object, flags: int, *args: object, **keywords: object) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR):
            countdown(path)
        return right_os_open(path, flags, *args, **keywords)

    io.open = builtins.open = broken
    os.open = broken_os_open


def _break_write(_name: str, countdown: _Countdown) -> None:
    """Let files that are opened below the folder fail when they are written, as a full disk does."""
    right_open, right_fdopen = io.open, os.fdopen

    def guarded(file: object, name: object) -> object:
        if not countdown.is_below(name):
            return file
        right_write = file.write

        def write(content: object) -> int:
            countdown.count(name)
            return right_write(content)

        try:
            file.write = write
        except AttributeError:  # buffered files take no attributes
            return _Guarded(file, write)
        return file

    def broken(file: object, mode: str = "r", *args: object, **keywords: object) -> object:
        opened = right_open(file, mode, *args, **keywords)
        return guarded(opened, file) if _TAKES_BYTES & set(mode) else opened

    def broken_fdopen(number: int, mode: str = "r", *args: object, **keywords: object) -> object:
        opened = right_fdopen(number, mode, *args, **keywords)
        name = os.readlink(f"/proc/self/fd/{number}")  # noqa: PTH115  # pathlib is not imported when an interpreter starts
        return guarded(opened, name) if _TAKES_BYTES & set(mode) else opened

    io.open = builtins.open = broken
    os.fdopen = broken_fdopen


class _Guarded:
    """A file whose `write` is another."""

    def __init__(self, file: object, write: object) -> None:
        self._file, self.write = file, write

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)

    def __enter__(self) -> "_Guarded":
        self._file.__enter__()
        return self

    def __exit__(self, *error: object) -> object:
        return self._file.__exit__(*error)

    def __iter__(self) -> object:
        return iter(self._file)


if os.environ.get("HDR_BENCH_STORM_DISK"):
    _break(os.environ["HDR_BENCH_STORM_DISK"])
