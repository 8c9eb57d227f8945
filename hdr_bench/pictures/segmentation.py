"""Broken digits joined and touching ones split, as the recognizer finds most likely."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.cuts import cut_pieces
from hdr_bench.pictures.marks import Mark, join_marks
from hdr_bench.pictures.recognize import Answers

# Marks this near, in heights of the higher one, may be parts of one digit.
_NEAR = 0.15
# Pieces that one digit may consist of, and marks that are looked at together.
_MOST_PIECES, _MOST_TOGETHER = 4, 12
# A mark may be several digits if it is this wide for its height, or not taken for a digit and this wide.
_WIDE, _WIDE_IF_REFUSED = 1.15, 0.7
# A digit is not wider than this, in heights of the highest mark beside it.
_WIDEST = 1.5
# How much surer the recognizer must be of another division than of the marks as they are.
_ADVANTAGE = 0.08
# How sure it is of what it does not take for a digit, as a share.
_REFUSED = 0.6
# A piece that is cut off is at least this high, in heights of what it was cut from.
_LOWEST_PIECE = 0.45

Look = Callable[[Sequence[Mark]], Answers]


@dataclass(frozen=True, eq=False)
class Division:
    """Ink divided into marks that are one digit each, or none.

    Attributes
    ----------
    marks : tuple of Mark
    answers : Answers
        What the recognizer says of each.
    n_joined, n_split : int
        Marks that were made of several, and that were cut apart.
    """

    marks: tuple[Mark, ...]
    answers: Answers
    n_joined: int
    n_split: int


@dataclass(frozen=True, eq=False)
class _Group:
    """Marks near each other, or one that may be several, as pieces from left to right."""

    marks: tuple[int, ...]
    pieces: tuple[Mark, ...]
    is_cut: bool


def divide(marks: Sequence[Mark], answers: Answers, look: Look) -> Division:
    """Divide the ink into digits.

    Marks near each other are joined, and wide ones cut apart, if the recognizer is surer of what comes of it: of all
    ways to make digits of neighbouring pieces the one whose digits it is surest of, by their ink.

    Parameters
    ----------
    marks : sequence of Mark
        Connected pieces of ink.
    answers : Answers
        What the recognizer says of them.
    look : callable
        Returns what it says of other marks.

    Returns
    -------
    division : Division

    References
    ----------
    Casey and Lecolinet, "A survey of methods and strategies in character segmentation", IEEE Transactions on Pattern
    Analysis and Machine Intelligence 18, 1996: recognition-based segmentation by dynamic programming.
    """
    groups = _find_groups(marks, answers)
    spans = [(group, span) for group in groups for span in _spans(group, marks)]
    joined = [join_marks(group.pieces[slice(*span)]) for group, span in spans]
    looked = look(joined)
    kept = set(range(len(marks)))
    chosen: list[int] = []
    n_joined = n_split = 0
    for group in groups:
        own = [index for index, (other, _) in enumerate(spans) if other is group]
        best = _best_division(group, [spans[index][1] for index in own], [joined[index] for index in own],
                              _sureness(looked)[own], looked.accepted[own])
        before = _mean_sureness([marks[index] for index in group.marks], _sureness(answers)[list(group.marks)])
        if best is None or best[0] < before + _ADVANTAGE:
            continue
        kept -= set(group.marks)
        chosen += [own[index] for index in best[1]]
        n_split += group.is_cut
        n_joined += not group.is_cut
    order = sorted(kept)
    return Division(
        (*(marks[index] for index in order), *(joined[index] for index in chosen)),
        _join_answers(answers, order, looked, chosen),
        n_joined,
        n_split,
    )


def _find_groups(marks: Sequence[Mark], answers: Answers) -> list[_Group]:
    groups = []
    for members in _clusters(marks):
        if len(members) > 1:
            if len(members) <= _MOST_TOGETHER:
                ordered = sorted(members, key=lambda index: marks[index].middle[1])
                groups.append(_Group(tuple(ordered), tuple(marks[index] for index in ordered), is_cut=False))
            continue
        mark, is_refused = marks[members[0]], not answers.accepted[members[0]]
        if mark.width > (_WIDE_IF_REFUSED if is_refused else _WIDE) * mark.height:
            pieces = cut_pieces(mark)
            if len(pieces) > 1:
                groups.append(_Group((members[0],), pieces, is_cut=True))
    return groups


def _clusters(marks: Sequence[Mark]) -> list[list[int]]:
    """Return the marks in groups of those that are near each other."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not marks:
        return []
    top, left, bottom, right = (
        np.array([getattr(mark, side) for mark in marks]) for side in ("top", "left", "bottom", "right")
    )
    reach = _NEAR * np.maximum.outer(bottom - top, bottom - top)
    across = np.maximum.outer(left, left) - np.minimum.outer(right, right)
    down = np.maximum.outer(top, top) - np.minimum.outer(bottom, bottom)
    near = (across < reach) & (down < reach)
    n_clusters, labels = connected_components(coo_array(near), directed=False)
    clusters: list[list[int]] = [[] for _ in range(n_clusters)]
    for index, label in enumerate(labels):
        clusters[label].append(index)
    return clusters


def _spans(group: _Group, marks: Sequence[Mark]) -> list[tuple[int, int]]:
    """Return which runs of a group's pieces may be one digit."""
    height = max(marks[index].height for index in group.marks)
    n_pieces = len(group.pieces)
    spans = [
        (start, end)
        for start in range(n_pieces)
        for end in range(start + 1, min(start + _MOST_PIECES, n_pieces) + 1)
        if not (group.is_cut and end - start == n_pieces)
    ]
    return [
        (start, end)
        for start, end in spans
        if end - start == 1 or _width(group.pieces[start:end]) <= _WIDEST * height
    ]


def _width(pieces: Sequence[Mark]) -> int:
    return max(piece.right for piece in pieces) - min(piece.left for piece in pieces)


def _best_division(
    group: _Group,
    spans: Sequence[tuple[int, int]],
    joined: Sequence[Mark],
    sureness: NDArray[np.float64],
    accepted: NDArray[np.bool_],
) -> tuple[float, list[int]] | None:
    """Return how sure the recognizer is of the best division, and which spans it consists of; None if there is none."""
    n_pieces = len(group.pieces)
    height = max(piece.bottom for piece in group.pieces) - min(piece.top for piece in group.pieces)
    best: list[tuple[float, list[int]] | None] = [(0.0, [])] + [None] * n_pieces
    for index, (start, end) in sorted(enumerate(spans), key=lambda item: item[1][1]):
        before, mark = best[start], joined[index]
        # What is cut apart must be digits: letters have strokes of which some look like 1.
        if before is None or (group.is_cut and not (accepted[index] and mark.height >= _LOWEST_PIECE * height)):
            continue
        total = before[0] + mark.area * float(sureness[index])
        if best[end] is None or total > best[end][0]:  # type: ignore[index]
            best[end] = total, [*before[1], index]
    if best[-1] is None:
        return None
    total, chosen = best[-1]
    return total / sum(joined[index].area for index in chosen), chosen


def _sureness(answers: Answers) -> NDArray[np.float64]:
    return answers.probabilities.max(axis=1, initial=0) * np.where(answers.accepted, 1, _REFUSED)


def _mean_sureness(marks: Sequence[Mark], sureness: NDArray[np.float64]) -> float:
    areas = np.array([mark.area for mark in marks])
    return float(areas @ sureness / areas.sum())


def _join_answers(first: Answers, of_first: Sequence[int], second: Answers, of_second: Sequence[int]) -> Answers:
    return Answers(
        np.concatenate([first.probabilities[of_first], second.probabilities[of_second]]),
        np.concatenate([first.scores[of_first], second.scores[of_second]]),
        np.concatenate([first.accepted[of_first], second.accepted[of_second]]),
    )
