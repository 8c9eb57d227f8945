"""The exchange of a folder's files for new ones, which is finished or undone whatever ends the process that makes it.

All new files, second names of those that they replace, and a plan are made in a temporary folder. When that is
complete it is renamed to ``.report-swap``: from then on the exchange counts, and a process that finds the folder
finishes it. If a step fails, it is renamed to ``.report-undo`` first, and a process that finds that goes on undoing.
Each step may be made twice.
"""

import errno
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from hdr_bench.files import incoming_path, read_regular
from hdr_bench.reporting.files.written_files import is_report_file, linked_folder

KIND = "report-"
"""What the names of temporary folders have behind that of their process."""

_SWAP, _UNDO = ".report-swap", ".report-undo"
_PLAN, _NEW, _OLD = "plan.json", "new", "old"


@dataclass(frozen=True)
class _Plan:
    """An exchange: what is put in place (in this order), what goes, of which there was a file, and new folders."""

    new: tuple[str, ...]
    gone: tuple[str, ...]
    replaced: tuple[str, ...]
    folders: tuple[str, ...]


def exchange(folder: Path, changed: Mapping[str, bytes], stale: Iterable[str]) -> None:
    """Put new files in place, in their order, and remove others: all of it, or none.

    The caller holds the folder's lock, and has called `settle`.

    Parameters
    ----------
    folder : Path
        The run's.
    changed : mapping of str to bytes
        Names below it, and what they are to hold.
    stale : iterable of str
        Names of files that go.

    Raises
    ------
    OSError
        If a step fails; the folder is as it was then.
    """
    beside = incoming_path(folder, KIND)
    try:
        plan = _prepare(folder, beside, changed, tuple(stale))
        swap = beside.rename(folder / _SWAP)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    try:
        _finish(folder, swap, plan)
    except BaseException:
        # What fails here again, the next process does.
        with suppress(OSError):
            undo = swap.rename(folder / _UNDO)
            _undo(folder, undo, plan)
            _discard(undo)
        raise
    _discard(swap)


def is_settled(folder: Path) -> bool:
    """Return whether no exchange was interrupted, or is being made.

    Parameters
    ----------
    folder : Path
        The run's.

    Returns
    -------
    is_settled : bool
    """
    return not any(os.path.lexists(folder / name) for name in (_SWAP, _UNDO))


def settle(folder: Path) -> None:
    """Finish or undo an exchange that was interrupted. The caller holds the folder's lock.

    Parameters
    ----------
    folder : Path
        The run's.

    Raises
    ------
    OSError
        If a step fails; the next call goes on from there. If something else than a folder has the name of one that an
        exchange leaves: as long as it is there, no report can be written.
    """
    for name, go_on in ((_UNDO, _undo), (_SWAP, _finish)):
        place = folder / name
        if not os.path.lexists(place):
            continue
        if place.is_symlink() or not place.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "not a folder", str(place))
        plan = _read_plan(folder, place)
        if plan is not None:
            go_on(folder, place, plan)
        _discard(place)


def _prepare(folder: Path, beside: Path, changed: Mapping[str, bytes], stale: tuple[str, ...]) -> _Plan:
    """Do all that takes room on the disk, before anything is touched."""
    for name, content in changed.items():
        new = beside / _NEW / name
        new.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(content)
    before = tuple(name for name in (*changed, *stale) if os.path.lexists(folder / name))
    for name in before:
        old = beside / _OLD / name
        old.parent.mkdir(parents=True, exist_ok=True)
        _keep(folder / name, old)
    parents = dict.fromkeys(Path(name).parent.as_posix() for name in changed)
    plan = _Plan(tuple(changed), stale, before, tuple(name for name in parents if not (folder / name).exists()))
    beside.mkdir(exist_ok=True)
    (beside / _PLAN).write_text(json.dumps(asdict(plan)), encoding="utf-8")
    return plan


def _keep(target: Path, old: Path) -> None:
    """Keep what is at the target, by a second name where the file system has these."""
    try:
        os.link(target, old, follow_symlinks=False)
    except OSError:
        shutil.copy2(target, old, follow_symlinks=False)


def _finish(folder: Path, swap: Path, plan: _Plan) -> None:
    for name in plan.folders:
        (folder / name).mkdir(exist_ok=True)
    for name in plan.new:
        if os.path.lexists(swap / _NEW / name):
            (swap / _NEW / name).replace(folder / name)
    for name in plan.gone:
        (folder / name).unlink(missing_ok=True)


def _undo(folder: Path, undo: Path, plan: _Plan) -> None:
    """Put back what was there, as far as it can be; raise the first error then."""
    errors = []
    for step in _steps_back(folder, undo, plan):
        try:
            step()
        except OSError as error:
            errors.append(error)
    for name in plan.folders:
        with suppress(OSError):
            (folder / name).rmdir()
    if errors:
        raise errors[0]


def _steps_back(folder: Path, undo: Path, plan: _Plan) -> Iterator[Callable[[], object]]:
    # The pages first, which came last.
    for name in reversed(plan.replaced):
        if os.path.lexists(undo / _OLD / name):
            yield partial((undo / _OLD / name).replace, folder / name)
    for name in set(plan.new) - set(plan.replaced):
        # What is still beside was never put in place.
        if not os.path.lexists(undo / _NEW / name):
            yield partial((folder / name).unlink, missing_ok=True)


def _discard(place: Path) -> None:
    """Remove what is left of an exchange that is over: first from the name under which it would be gone on with."""
    with suppress(OSError):
        shutil.rmtree(place.rename(incoming_path(place.parent, KIND)), ignore_errors=True)


def _read_plan(folder: Path, place: Path) -> _Plan | None:
    """Return the plan of an exchange; None if there is none that can be followed, or it leads to what is no report's.

    It may come from elsewhere with the run's folder, and so may links in the place of folders.
    """
    try:
        content = json.loads(read_regular(place / _PLAN))
        plan = _Plan(*(tuple(map(str, content[name])) for name in _Plan.__dataclass_fields__))
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    names = (*plan.new, *plan.gone, *plan.replaced)
    places = {Path(name).parent.as_posix() for name in names}
    if not all(map(is_report_file, names)) or not places.issuperset(plan.folders):
        return None
    beside = (f"{place.name}/{part}/{name}" for part in (_NEW, _OLD) for name in names)
    return None if any(linked_folder(folder, name) for name in (*names, *beside)) else plan
