"""Broken digits joined and touching ones split, as the recognizer finds most likely."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.answers import digit_shares, select_answers
from hdr_bench.pictures.cuts import cut_pieces
from hdr_bench.pictures.marks import Mark, is_bar, join_marks
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


@dataclass(frozen=True, eq=False)
class _Option:
    """A run of pieces that may be one digit; `known` is the mark that it is, if it is one."""

    group: _Group
    start: int
    end: int
    pieces: tuple[Mark, ...]
    known: int | None


@dataclass(frozen=True)
class _Choice:
    """What the recognizer says of a run of pieces."""

    start: int
    end: int
    index: int
    area: int
    sureness: float


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
    options = [option for group in groups for option in _options(group, marks)]
    others = [join_marks(option.pieces) for option in options if option.known is None]
    everything = [*marks, *others]
    all_answers = _append(answers, look(others))
    numbers = iter(range(len(marks), len(everything)))
    indices = [next(numbers) if option.known is None else option.known for option in options]
    sureness = _sureness(all_answers)
    kept = set(range(len(marks)))
    n_joined = n_split = 0
    for group in groups:
        own = [(option, index) for option, index in zip(options, indices, strict=True) if option.group is group]
        best = _best_division(
            group,
            [
                _Choice(option.start, option.end, index, everything[index].area, float(sureness[index]))
                for option, index in own
                if not group.is_cut or _is_digit_cut_off(everything[index], group, bool(all_answers.accepted[index]))
            ],
        )
        before = _mean_sureness([marks[index] for index in group.marks], sureness[list(group.marks)])
        if best is None or best[0] < before + _ADVANTAGE:
            continue
        kept = (kept - set(group.marks)) | set(best[1])
        n_split += group.is_cut
        n_joined += not group.is_cut
    order = sorted(kept)
    return Division(
        tuple(everything[index] for index in order),
        select_answers(all_answers, order),
        n_joined,
        n_split,
    )


def _find_groups(marks: Sequence[Mark], answers: Answers) -> list[_Group]:
    groups = []
    for members in _clusters(marks):
        if len(members) > 1:
            if len(members) <= _MOST_TOGETHER and not all(is_bar(marks[index]) for index in members):
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


def _options(group: _Group, marks: Sequence[Mark]) -> list[_Option]:
    """Return which runs of a group's pieces may be one digit."""
    height = max(marks[index].height for index in group.marks)
    n_pieces = len(group.pieces)
    options = []
    for start in range(n_pieces):
        for end in range(start + 1, min(start + _MOST_PIECES, n_pieces) + 1):
            pieces = group.pieces[start:end]
            is_whole = group.is_cut and end - start == n_pieces
            if is_whole or (len(pieces) > 1 and _width(pieces) > _WIDEST * height):
                continue
            known = group.marks[start] if len(pieces) == 1 and not group.is_cut else None
            options.append(_Option(group, start, end, pieces, known))
    return options


def _width(pieces: Sequence[Mark]) -> int:
    return max(piece.right for piece in pieces) - min(piece.left for piece in pieces)


def _is_digit_cut_off(mark: Mark, group: _Group, is_accepted: bool) -> bool:
    """Return whether a part of a mark may be a digit by itself: letters have strokes of which some look like 1."""
    height = max(piece.bottom for piece in group.pieces) - min(piece.top for piece in group.pieces)
    return is_accepted and mark.height >= _LOWEST_PIECE * height


def _best_division(group: _Group, choices: Sequence[_Choice]) -> tuple[float, list[int]] | None:
    """Return how sure the recognizer is of the best division, and of what it consists; None if there is none."""
    best: dict[int, tuple[float, int, list[int]]] = {0: (0.0, 0, [])}
    for choice in sorted(choices, key=lambda choice: choice.end):
        if choice.start not in best:
            continue
        total, area, indices = best[choice.start]
        total += choice.area * choice.sureness
        if choice.end not in best or total > best[choice.end][0]:
            best[choice.end] = total, area + choice.area, [*indices, choice.index]
    if len(group.pieces) not in best:
        return None
    total, area, indices = best[len(group.pieces)]
    return total / area, indices


def _sureness(answers: Answers) -> NDArray[np.float64]:
    return digit_shares(answers).max(axis=1, initial=0) * np.where(answers.accepted, 1, _REFUSED)


def _mean_sureness(marks: Sequence[Mark], sureness: NDArray[np.float64]) -> float:
    areas = np.array([mark.area for mark in marks])
    return float(areas @ sureness / areas.sum())


def _append(first: Answers, second: Answers) -> Answers:
    return Answers(
        np.concatenate([first.probabilities, second.probabilities]),
        np.concatenate([first.scores, second.scores]),
        np.concatenate([first.accepted, second.accepted]),
    )
