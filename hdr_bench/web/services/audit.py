"""Candidates of a label audit and the decisions on them, stored in the audit's folder."""

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
# Spreadsheets that open the decisions file would interpret such a name as a formula.
_FORMULA_STARTS = ("=", "+", "-", "@")
Image = NDArray[np.uint8]
_States = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class AuditView:
    """One candidate, with its decision and the progress of the audit.

    Attributes
    ----------
    place : int
        Position among the candidates, from 1.
    n_candidates, n_decided : int
    first_undecided : int or None
        Position of the first undecided candidate; None if all are decided.
    candidate : Candidate
    decision : Decision
    class_names : tuple of str
    neighbours : tuple of str
        Given labels of its nearest images.
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
    """Candidates of a label audit, and the decisions on them.

    The files are read for every request, since the audit may be rerun and decisions may be edited elsewhere.

    Parameters
    ----------
    folder : Path or None
        Folder of the audit; None if the server has none.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._one_at_a_time = Lock()
        self._known: tuple[_States, Candidates] | None = None

    async def find_first(self) -> int:
        """Return the position of the first undecided candidate, or of the first one if all are decided.

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
        """Return a candidate, with its decision and the progress of the audit.

        Parameters
        ----------
        place : int
            Position of the candidate, from 1.

        Returns
        -------
        view : AuditView

        Raises
        ------
        HTTPException
            404 if the server has no audit, or the audit has no such candidate.
        DatasetError
            If its files cannot be read.
        """
        return await run_in_threadpool(self._view, place)

    async def image(self, place: int, neighbour: int | None = None) -> Image:
        """Return the image of a candidate, or of one of its nearest images.

        Parameters
        ----------
        place : int
            Position of the candidate, from 1.
        neighbour : int, optional
            Rank of the nearest image, from 0.

        Returns
        -------
        image : ndarray of shape (height, width), uint8

        Raises
        ------
        HTTPException
            404 if there is no such image.
        DatasetError
            If the audit's files cannot be read.
        """
        return await run_in_threadpool(self._image, place, neighbour)

    async def decide(self, part: str, index: int, decision: str, who: str) -> int:
        """Store a decision on a candidate; it is written immediately.

        Parameters
        ----------
        part : str
        index : int
            Index of the image in its part.
        decision : str
            Name of a class, `NEITHER`, `UNSURE`, or empty to undo the last decision.
        who : str
            Name of the person who decides.

        Returns
        -------
        place : int
            Position of the candidate.

        Raises
        ------
        HTTPException
            404 if the server has no audit, 409 if the image is not among the candidates, 422 if the class does not
            exist or the person's name is invalid.
        DatasetError
            If the audit's files cannot be read.
        """
        return await run_in_threadpool(self._decide, part, index, decision, _check_who(who))

    def _decide(self, part: str, index: int, decision: str, who: str) -> int:
        candidates = self._candidates()
        _check_decision(decision, candidates.class_names)
        images: list[tuple[str, int]] = [(row.part, row.index) for row in candidates.rows]
        if (part, index) not in images:
            raise HTTPException(409, "The audit was rerun and no longer lists this image. Reload the page.")
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
        """Return one decision per candidate, in order, then all other decisions in the file."""
        try:
            before = read_decisions(self._place_of(DECISIONS))
        except DatasetNotFoundError:
            before = Decisions()
        return merge_decisions(before, candidates.undecided)

    def _place_of(self, name: str) -> Path:
        if self._folder is None:
            raise HTTPException(404, "This server has no label audit. Start it with --audit FOLDER.")
        return self._folder / name


def check_audit(folder: Path) -> None:
    """Check that a folder contains a readable audit, and readable decisions if there are any.

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
        # Reading it raises the error that describes what is wrong.
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
            422,
            f"The name must have at most {_LONGEST_WHO} characters and not begin with {' '.join(_FORMULA_STARTS)}.",
        )
    try:
        return check_visible(name, "the name")
    except ValueError as error:
        raise HTTPException(422, f"{error}.") from error
