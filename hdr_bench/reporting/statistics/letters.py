"""Letters for methods: those that share one are not told apart."""

import re
from collections.abc import Iterable, Sequence
from string import ascii_lowercase, ascii_uppercase

_ALPHABET = ascii_lowercase + ascii_uppercase


def letter_groups(names: Sequence[str], told_apart: Iterable[tuple[str, str]], first: int = 0) -> dict[str, str]:
    """Return letters for each name, so that two names share one exactly if they are not told apart.

    Piepho (2004), "An algorithm for a letter-based representation of all-pairwise comparisons", Journal of
    Computational and Graphical Statistics 13: by insertion and absorption.

    Parameters
    ----------
    names : sequence of str
        The most accurate first: it gets the first letter.
    told_apart : iterable of pairs of str
        Those that differ.
    first : int, default=0
        Place in the alphabet that the letters begin at.

    Returns
    -------
    letters : dict of str to str

    Examples
    --------
    >>> letter_groups(["best", "good", "fair"], [("best", "fair")])
    {'best': 'a', 'good': 'ab', 'fair': 'b'}
    """
    groups = [frozenset(names)]
    for one, other in told_apart:
        parted = [
            part
            for group in groups
            for part in ((group - {one}, group - {other}) if {one, other} <= group else (group,))
        ]
        groups = _drop_subsets(parted)
    places = {name: place for place, name in enumerate(names)}
    groups.sort(key=lambda group: sorted(places[name] for name in group))
    return {
        name: "".join(_letter(first + number) for number, group in enumerate(groups) if name in group) for name in names
    }


def split_letters(text: str) -> list[str]:
    """Return the letters of one name, each with the number that it may have.

    Parameters
    ----------
    text : str
        The letters of one name.

    Returns
    -------
    letters : list of str
        In their order.

    Examples
    --------
    >>> split_letters("abc2")
    ['a', 'b', 'c2']
    """
    return re.findall(r"[A-Za-z]\d*", text)


def _drop_subsets(groups: list[frozenset[str]]) -> list[frozenset[str]]:
    """Leave out each group that another one holds."""
    different = list(dict.fromkeys(groups))
    return [group for group in different if not any(group < other for other in different)]


def _letter(number: int) -> str:
    if number < len(_ALPHABET):
        return _ALPHABET[number]
    # Beyond the alphabet: a letter with a number behind, e.g. a2.
    round_, place = divmod(number, len(_ALPHABET))
    return f"{_ALPHABET[place]}{round_ + 1}"
