"""Joining of broken digits and splitting of touching ones, as the recognizer considers most likely."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.answers import digit_shares, select_answers
from hdr_bench.pictures.cuts import MOST_CUTS, cut_pieces
from hdr_bench.pictures.marks import Mark, is_bar, join_marks
from hdr_bench.pictures.recognize import Answers

# Maximum distance, in heights of the taller one, between marks that may be parts of one digit.
_NEAR = 0.15
# Maximum number of marks and pieces considered together: more indicates wood or cloth rather than writing.
_MOST_TOGETHER, _MOST_PIECES = 12, 24
# If there are digits, only marks within these factors of their height are cut,
_LOWEST, _HIGHEST, _FEWEST_SEEN = 0.55, 1.9, 3
# and marks taller than this are not part of the writing.
_LARGEST = 4.0
# Width-to-height ratios above which a mark may be several digits: confidently recognized, less so, or rejected.
_WIDE_IF_SURE, _WIDE, _WIDE_IF_REFUSED = 1.35, 1.05, 0.7
_SURE = 0.98
# Maximum width of a digit, in heights of the tallest mark beside it.
_WIDEST = 1.35
# How much more confident the recognizer must be in another division than in the unchanged marks.
_ADVANTAGE = 0.08
# Assumed confidence for rejected marks, or for marks wider than digits, as a fraction.
_REFUSED = 0.6
# Minimum height of a part that is cut off, in heights of the whole mark.
_LOWEST_PART = 0.45
# Minimum confidence for such a part; less for parts of a mark that is too wide for one digit.
_SURE_PART, _SURE_PART_OF_WIDE = 0.9, 0.6

Look = Callable[[Sequence[Mark]], Answers]


@dataclass(frozen=True, eq=False)
class Division:
    """Division of ink into marks, each of which is one digit or none.

    Attributes
    ----------
    marks : tuple of Mark
    answers : Answers
        The recognizer's answers for the marks.
    n_joined, n_split : int
        Number of marks that were joined from several, and of marks that were cut off others.
    """

    marks: tuple[Mark, ...]
    answers: Answers
    n_joined: int
    n_split: int


@dataclass(frozen=True, eq=False)
class _Piece:
    """Mark, or a part of one.

    Attributes
    ----------
    ink : Mark
    source : int
        Index of its mark.
    n_parts : int
        Number of parts into which that mark is cut.
    height : int
        Height of that mark.
    is_wide : bool
        Whether that mark is alone and wider than digits are.
    """

    ink: Mark
    source: int
    n_parts: int
    height: int
    is_wide: bool


@dataclass(frozen=True, eq=False)
class _Option:
    """Run of pieces that may be one digit.

    Attributes
    ----------
    group : int
        Index of its group.
    start, end : int
        Range of its pieces within the group.
    pieces : tuple of _Piece
    """

    group: int
    start: int
    end: int
    pieces: tuple[_Piece, ...]

    @property
    def sources(self) -> tuple[int, ...]:
        """Indices of the marks that its pieces come from."""
        return tuple(dict.fromkeys(piece.source for piece in self.pieces))

    @property
    def is_cut_off(self) -> bool:
        """Whether it includes some parts of a mark but not others."""
        counts = [sum(piece.source == source for piece in self.pieces) for source in self.sources]
        first = [next(piece for piece in self.pieces if piece.source == source) for source in self.sources]
        return any(count < piece.n_parts for count, piece in zip(counts, first, strict=True))

    @property
    def is_known(self) -> bool:
        """Whether it is one complete, unchanged mark."""
        return len(self.sources) == 1 and not self.is_cut_off


@dataclass(frozen=True)
class _Choice:
    """Answer of the recognizer for an option: `index` is its number among all marks, old and new."""

    option: _Option
    index: int
    area: int
    sureness: float


def divide(marks: Sequence[Mark], answers: Answers, look: Look, most_cuts: int = MOST_CUTS) -> Division:
    """Divide the ink into digits.

    Marks near each other are joined, and wide ones split, if the recognizer is more confident in the result: among all
    ways to form digits from neighbouring pieces, the one with the highest confidence, weighted by ink, is chosen.

    Parameters
    ----------
    marks : sequence of Mark
        Connected pieces of ink.
    answers : Answers
        The recognizer's answers for these marks.
    look : callable
        Returns its answers for other marks.
    most_cuts : int, default=14
        Maximum number of cuts of one mark; fewer are faster, but some touching digits remain joined.

    Returns
    -------
    division : Division

    References
    ----------
    Casey and Lecolinet, "A survey of methods and strategies in character segmentation", IEEE Transactions on Pattern
    Analysis and Machine Intelligence 18, 1996: recognition-based segmentation by dynamic programming.
    """
    groups = _find_groups(marks, answers, most_cuts)
    options = [option for number, group in enumerate(groups) for option in _options(number, group)]
    new = [option for option in options if not option.is_known]
    everything = [*marks, *(join_marks(piece.ink for piece in option.pieces) for option in new)]
    all_answers = _append(answers, look(everything[len(marks) :]))
    choices = _weigh(options, everything, all_answers, len(marks))
    kept = set(range(len(marks)))
    n_joined = n_split = 0
    for number, group in enumerate(groups):
        own = [choice for choice in choices if choice.option.group == number]
        best = _best_division(own, len(group))
        before = _mean_sureness([choice for choice in own if choice.option.is_known])
        if best is None or _mean_sureness(best) < before + _ADVANTAGE:
            continue
        kept -= {piece.source for piece in group}
        kept |= {choice.index for choice in best}
        n_split += sum(choice.option.is_cut_off for choice in best)
        n_joined += sum(len(choice.option.sources) > 1 for choice in best)
    order = sorted(kept)
    return Division(tuple(everything[index] for index in order), select_answers(all_answers, order), n_joined, n_split)


def _find_groups(marks: Sequence[Mark], answers: Answers, most_cuts: int) -> list[tuple[_Piece, ...]]:
    """Return groups that may be divided differently: pieces of marks near each other, from left to right."""
    groups = []
    seen = [mark.height for mark, is_digit in zip(marks, answers.accepted, strict=True) if is_digit]
    height = float(np.median(seen)) if len(seen) >= _FEWEST_SEEN else None
    sureness = _sureness(marks, answers)
    # Marks far larger than digits, such as the edge of the sheet or a frame, are not their neighbours.
    near = [index for index, mark in enumerate(marks) if height is None or mark.height <= _LARGEST * height]
    for members in ([near[place] for place in cluster] for cluster in _clusters([marks[index] for index in near])):
        if len(members) > _MOST_TOGETHER or all(is_bar(marks[index]) for index in members):
            continue
        ordered = sorted(members, key=lambda index: marks[index].middle[1])
        are_several = {index: _may_be_several(marks[index], float(sureness[index]), height) for index in ordered}
        # A wide mark beside others may be a part of a broken digit.
        is_wide = len(ordered) == 1 and _is_wide(marks[ordered[0]])
        cuts = {index: most_cuts if are_several[index] else 0 for index in ordered}
        pieces = [piece for index in ordered for piece in _pieces(marks[index], index, cuts[index], is_wide)]
        if 1 < len(pieces) <= _MOST_PIECES:
            groups.append(tuple(pieces))
    return groups


def _may_be_several(mark: Mark, sureness: float, height: float | None) -> bool:
    if is_bar(mark) or (height is not None and not _LOWEST * height <= mark.height <= _HIGHEST * height):
        return False
    widest = _WIDE_IF_SURE if sureness >= _SURE else _WIDE if sureness > _REFUSED else _WIDE_IF_REFUSED
    return mark.width > widest * mark.height


def _is_wide(mark: Mark) -> bool:
    return mark.width > _WIDE_IF_SURE * mark.height


def _pieces(mark: Mark, index: int, most_cuts: int, is_wide: bool) -> list[_Piece]:
    parts = cut_pieces(mark, most_cuts) if most_cuts else (mark,)
    return [_Piece(part, index, len(parts), mark.height, is_wide) for part in parts]


def _clusters(marks: Sequence[Mark]) -> list[list[int]]:
    """Group marks that are near each other."""
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


def _options(number: int, group: tuple[_Piece, ...]) -> list[_Option]:
    """Return the runs of a group's pieces that may be one digit."""
    height = max(piece.height for piece in group)
    options = []
    for start in range(len(group)):
        for end in range(start + 1, len(group) + 1):
            option = _Option(number, start, end, group[start:end])
            if end - start > 1 and all(is_bar(piece.ink) for piece in option.pieces):
                continue
            if option.is_known or end - start == 1 or _width(option.pieces) <= _WIDEST * height:
                options.append(option)
    return options


def _width(pieces: Sequence[_Piece]) -> int:
    return max(piece.ink.right for piece in pieces) - min(piece.ink.left for piece in pieces)


def _weigh(options: Sequence[_Option], everything: Sequence[Mark], answers: Answers, n_marks: int) -> list[_Choice]:
    """Return the recognizer's answer for each option that may be chosen."""
    sureness = _sureness(everything, answers)
    new = iter(range(n_marks, len(everything)))
    choices = []
    for option in options:
        index = option.sources[0] if option.is_known else next(new)
        mark = everything[index]
        # A part that is cut off must be a certain digit by itself: letters have parts that look like digits.
        lowest = _LOWEST_PART * max(piece.height for piece in option.pieces)
        least = _SURE_PART_OF_WIDE if all(piece.is_wide for piece in option.pieces) else _SURE_PART
        is_sure = answers.accepted[index] and sureness[index] >= least
        if option.is_cut_off and not (is_sure and mark.height >= lowest):
            continue
        choices.append(_Choice(option, index, mark.area, float(sureness[index])))
    return choices


def _best_division(choices: Sequence[_Choice], n_pieces: int) -> list[_Choice] | None:
    """Return the division with the highest confidence, or None if there is none."""
    best: dict[int, tuple[float, list[_Choice]]] = {0: (0.0, [])}
    for choice in sorted(choices, key=lambda choice: choice.option.end):
        start, end = choice.option.start, choice.option.end
        if start not in best:
            continue
        total = best[start][0] + choice.area * choice.sureness
        if end not in best or total > best[end][0]:
            best[end] = total, [*best[start][1], choice]
    return best[n_pieces][1] if n_pieces in best else None


def _sureness(marks: Sequence[Mark], answers: Answers) -> NDArray[np.float64]:
    """Return the confidence that each mark is one digit: lower for rejected marks and those wider than digits."""
    is_wide = np.array([_is_wide(mark) for mark in marks], bool)
    return digit_shares(answers).max(axis=1, initial=0) * np.where(answers.accepted & ~is_wide, 1, _REFUSED)


def _mean_sureness(choices: Sequence[_Choice]) -> float:
    return sum(choice.area * choice.sureness for choice in choices) / sum(choice.area for choice in choices)


def _append(first: Answers, second: Answers) -> Answers:
    return Answers(
        np.concatenate([first.probabilities, second.probabilities]),
        np.concatenate([first.scores, second.scores]),
        np.concatenate([first.accepted, second.accepted]),
    )
