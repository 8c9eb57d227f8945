"""A label audit's candidates, and the decisions on them, which are in the audit's own folder."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from hdr_bench.exceptions import DatasetNotFoundError, suggestion
from hdr_bench.names import check_visible
from hdr_bench.records.candidates import ARRAYS, DECISIONS, TABLE, Candidate, Candidates, read_candidates
from hdr_bench.records.decisions import NEITHER, UNSURE, Decision, Decisions, merge_decisions
from hdr_bench.records.decisions_file import read_decisions, write_decisions

_LONGEST_WHO = 64
# Spreadsheets, which open files of decisions, would take such a name for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@")
Image = NDArray[np.uint8]
_States = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class AuditView:
    """What is known of one candidate.

    Attributes
    ----------
    place : int
        Among the candidates; the first is 1.
    n_candidates, n_decided : int
    first_undecided : int or None
        Its place; None if all are decided.
    candidate : Candidate
    decision : Decision
    class_names : tuple of str
    neighbours : tuple of str
        The classes that its nearest images are given.
    """

    place: int
    n_candidates: int
    n_decided: int
    first_undecided: int | None
    candidate: Candidate
    decision: Decision
    class_names: tuple[str, ...]
    neighbours: tuple[str, ...]


class AuditService:
    """Candidates of a label audit, and decisions on them.

    The files are looked at for every request: an audit may be made again, and decisions be filled in elsewhere.

    Parameters
    ----------
    folder : Path or None
        The audit's; None if the server has none.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._one_at_a_time = Lock()
        self._known: tuple[_States, Candidates] | None = None

    async def find_first(self) -> int:
        """Return the place of the first candidate that is not decided on; the first if all are.

        Returns
        -------
        place : int
            0 if there are no candidates.

        Raises
        ------
        HTTPException
            404 if the server has no audit.
        DatasetError
            If its files cannot be read.
        """

        def find() -> int:
            candidates = self._candidates()
            decided = self._decisions(candidates).rows[: len(candidates.rows)]
            return (_first_undecided(decided) or 1) if decided else 0

        return await run_in_threadpool(find)

    async def find(self, place: int) -> AuditView:
        """Return what is known of a candidate.

        Parameters
        ----------
        place : int
            The first is 1.

        Returns
        -------
        view : AuditView

        Raises
        ------
        HTTPException
            404 if the server has no audit, or the audit no such candidate.
        DatasetError
            If its files cannot be read.
        """
        return await run_in_threadpool(self._view, place)

    async def image(self, place: int, neighbour: int | None = None) -> Image:
        """Return the image of a candidate, or of one of its nearest images.

        Parameters
        ----------
        place : int
            The first is 1.
        neighbour : int, optional
            The nearest is 0.

        Returns
        -------
        image : ndarray of shape (height, width), uint8

        Raises
        ------
        HTTPException
            404 if there is none.
        DatasetError
            If the audit's files cannot be read.
        """
        return await run_in_threadpool(self._image, place, neighbour)

    async def decide(self, part: str, index: int, decision: str, who: str) -> int:
        """Store a decision on a candidate: it is written at once.

        Parameters
        ----------
        part : str
        index : int
            Of the image in its part.
        decision : str
            Name of a class, `NEITHER`, `UNSURE`, or empty to take the last decision back.
        who : str
            Who decides.

        Returns
        -------
        place : int
            Of the candidate.

        Raises
        ------
        HTTPException
            404 if the server has no audit, 409 if the image is not among the candidates, 422 if there is no such class,
            or the name cannot be written.
        DatasetError
            If the audit's files cannot be read.
        """
        return await run_in_threadpool(self._decide, part, index, decision, _check_who(who))

    def _decide(self, part: str, index: int, decision: str, who: str) -> int:
        candidates = self._candidates()
        _check_decision(decision, candidates.class_names)
        images: list[tuple[str, int]] = [(row.part, row.index) for row in candidates.rows]
        if (part, index) not in images:
            raise HTTPException(409, "The audit was made again, without this image. Load the page again.")
        place = images.index((part, index))
        when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with self._one_at_a_time:
            decisions = self._decisions(candidates)
            row = decisions.rows[place]
            changed = replace(row, decision=decision, who=who if decision else "", when=when if decision else "")
            rows = (*decisions.rows[:place], changed, *decisions.rows[place + 1 :])
            write_decisions(self._place_of(DECISIONS), Decisions(decisions.fingerprint, rows))
        return place + 1

    def _view(self, place: int) -> AuditView:
        candidates = self._candidates()
        _check_place(place, candidates)
        rows = self._decisions(candidates).rows[: len(candidates.rows)]
        return AuditView(
            place,
            len(rows),
            sum(row.decision != "" for row in rows),
            _first_undecided(rows),
            candidates.rows[place - 1],
            rows[place - 1],
            candidates.class_names,
            tuple(map(str, candidates.neighbour_labels[place - 1])),
        )

    def _image(self, place: int, neighbour: int | None) -> Image:
        candidates = self._candidates()
        _check_place(place, candidates)
        if neighbour is None:
            return candidates.images[place - 1]
        near: Image = candidates.neighbours[place - 1]
        if neighbour >= len(near):
            raise HTTPException(404, "There is no such image.")
        return near[neighbour]

    def _candidates(self) -> Candidates:
        states = tuple(_state_of(self._place_of(name)) for name in (TABLE, ARRAYS))
        known = self._known
        if known is None or known[0] != states:
            known = self._known = (states, read_candidates(self._place_of("")))
        return known[1]

    def _decisions(self, candidates: Candidates) -> Decisions:
        """Return a decision for each candidate, in their order, then all others of the file."""
        try:
            before = read_decisions(self._place_of(DECISIONS))
        except DatasetNotFoundError:
            before = Decisions()
        return merge_decisions(before, candidates.undecided)

    def _place_of(self, name: str) -> Path:
        if self._folder is None:
            raise HTTPException(404, "This server has no label audit. Start it with --audit and the audit's folder.")
        return self._folder / name


def check_audit(folder: Path) -> None:
    """Check that a folder holds an audit that can be shown, with its decisions if there are any.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    DatasetNotFoundError
        If a file is missing.
    DatasetError
        If one cannot be read.
    """
    candidates = read_candidates(folder)
    if (folder / DECISIONS).exists():
        merge_decisions(read_decisions(folder / DECISIONS), candidates.undecided)


def _state_of(path: Path) -> tuple[int, int, int]:
    try:
        seen = path.stat()
    except OSError:
        # Whoever reads it says what is wrong with it.
        return 0, 0, 0
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def _first_undecided(rows: tuple[Decision, ...]) -> int | None:
    return next((place for place, row in enumerate(rows, 1) if not row.decision), None)


def _check_place(place: int, candidates: Candidates) -> None:
    if not 1 <= place <= len(candidates.rows):
        raise HTTPException(404, f"There is no candidate {place}; the last is {len(candidates.rows)}.")


def _check_decision(decision: str, class_names: tuple[str, ...]) -> None:
    if decision in {"", NEITHER, UNSURE, *class_names}:
        return
    raise HTTPException(422, f"There is no class {decision[:64]!r}.{suggestion(decision, class_names)}")


def _check_who(who: str) -> str:
    name = who.strip()
    if len(name) > _LONGEST_WHO or name.startswith(_FORMULA_STARTS):
        raise HTTPException(
            422, f"A name has at most {_LONGEST_WHO} characters and does not begin with {' '.join(_FORMULA_STARTS)}."
        )
    try:
        return check_visible(name, "the name")
    except ValueError as error:
        raise HTTPException(422, f"{error}.") from error
