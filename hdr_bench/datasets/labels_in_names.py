"""Labels in the names of picture files: which field of the names is the label, decided for all names together.

A name consists of fields separated by ``_``, the last of them a number. A field can be the label if it has at least two
values and they recur; if two fields qualify, the label is the one that looks like a label (`is_label_like`). Anything
still ambiguous is an error: a label is never guessed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath

from hdr_bench.exceptions import DatasetError

FORMS = "PREFIX_LABEL_NUMBER, LABEL_NUMBER or LABEL_WRITER_NUMBER"
_REMEDY = "put the pictures into one folder per class"
_WORDS = frozenset({"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"})
# In NIST Special Database 19, hsf_0 to hsf_8 are groups of writers, and a single field of a name.
_NIST_GROUP = re.compile(r"(hsf_\d)_(.+)", re.IGNORECASE)
_LONGEST_NUMBER = 3
_EXAMPLES = 5


@dataclass(frozen=True)
class NameForm:
    """How labels are read from names.

    Attributes
    ----------
    form : str
        Form of the names, e.g. ``LABEL_NUMBER``.
    place : int
        Position of the label among the fields.
    is_label_like : bool
        Whether all labels look like labels.
    """

    form: str
    place: int
    is_label_like: bool = True

    def label_of(self, name: str) -> str | None:
        """Return the label in a file's name; None if the name is not of this form.

        Parameters
        ----------
        name : str
            Name of a file.

        Returns
        -------
        label : str or None
        """
        fields = split_fields(name)
        fits = len(fields) == 2 if self.form == "LABEL_NUMBER" else len(fields) > 2
        return fields[self.place] if fits and fields[-1].isdecimal() else None


LABEL_NUMBER = NameForm("LABEL_NUMBER", 0)
LABEL_WRITER_NUMBER = NameForm("LABEL_WRITER_NUMBER", 0)
PREFIX_LABEL_NUMBER = NameForm("PREFIX_LABEL_NUMBER", -2)


def split_fields(name: str) -> list[str]:
    """Return the fields of a file's name, without its extension.

    Parameters
    ----------
    name : str
        Name of a file.

    Returns
    -------
    fields : list of str
    """
    stem = PurePath(name).stem
    group = _NIST_GROUP.fullmatch(stem)
    return [group[1], *group[2].split("_")] if group else stem.split("_")


def is_label_like(values: set[str]) -> bool:
    """Whether values look like labels: single characters, two-digit numbers, or number words.

    Parameters
    ----------
    values : set of str
        Possible labels.

    Returns
    -------
    is_label_like : bool
    """
    return all(
        len(value) == 1 or (len(value) == 2 and value.isdecimal()) or value.casefold() in _WORDS for value in values
    )


def choose_reading(names: Sequence[str], where: str) -> NameForm:
    """Decide how labels are read from the names of files.

    Parameters
    ----------
    names : sequence of str
        Names of all files.
    where : str
        The folder, as errors call it.

    Returns
    -------
    reading : NameForm

    Raises
    ------
    DatasetError
        If a name has no label, or more than one reading is plausible.
    """
    table = _table(names, where)
    possible = {place: values for place, values in _columns(table).items() if _can_be_label(values)}
    if not possible:
        raise DatasetError(f"{where}: no label in the file names: {_why_none(names[0], table)}; {_REMEDY}")
    alike = [place for place, values in possible.items() if is_label_like(set(values))]
    chosen = list(possible) if len(possible) == 1 else alike
    if len(chosen) != 1:
        raise DatasetError(_ambiguous(where, names, table, tuple(alike or possible)))
    place = chosen[0]
    form = _form_of(place, len(table[0]))
    if form is None:
        raise DatasetError(
            f"{where}: the label seems to be {table[0][place]!r} in {names[0]}, but the name does not have one of the "
            f"forms {FORMS}; {_REMEDY}"
        )
    if place not in alike and _is_digits([fields[-1] for fields in table]):
        raise DatasetError(
            f"{where}: it is unclear what the label is: in {names[0]} it may be {table[0][place]!r} ({form}), or "
            f"{table[0][-1]!r}, since the last field is a single digit in all names; {_REMEDY}"
        )
    return NameForm(form, place, place in alike)


def is_plausible(names: Sequence[str], classes: set[str]) -> bool:
    """Whether names may contain labels of the given classes, in any of the forms.

    Parameters
    ----------
    names : sequence of str
        Names of files.
    classes : set of str
        Known labels.

    Returns
    -------
    is_plausible : bool
    """
    readings = (LABEL_NUMBER, LABEL_WRITER_NUMBER, PREFIX_LABEL_NUMBER)
    return any(all(reading.label_of(name) in classes for name in names) for reading in readings)


def _table(names: Sequence[str], where: str) -> list[list[str]]:
    table = [split_fields(name) for name in names]
    without = [name for name, fields in zip(names, table, strict=True) if len(fields) < 2 or not fields[-1].isdecimal()]
    if without:
        others = f", nor in those of {len(without) - 1:,} others" if len(without) > 1 else ""
        raise DatasetError(
            f"{where}/{without[0]}: no label in the file name{others}; name the files {FORMS}, or {_REMEDY}"
        )
    lengths = sorted(zip(map(len, table), names, strict=True))
    for (shorter, first), (longer, second) in pairwise(lengths):
        if shorter == 2 < longer:
            raise DatasetError(
                f"{where}: the names have different forms, e.g. {first} and {second}; use one form for all files "
                f"({FORMS}), or {_REMEDY}"
            )
    return table


def _columns(table: list[list[str]]) -> dict[int, list[str]]:
    """Return the values of each field that may be the label, by position; the second to last is -2."""
    lengths = {len(fields) for fields in table}
    if lengths == {2}:
        return {0: [fields[0] for fields in table]}
    # Prefixes and writers may contain "_" themselves; then the fields in between have no common position.
    between = range(1, lengths.pop() - 2) if len(lengths) == 1 else range(0)
    return {place: [fields[place] for fields in table] for place in (0, *between, -2)}


def _can_be_label(values: list[str]) -> bool:
    distinct = set(values)
    if len(distinct) < 2 or all(_is_nist_group(value) or _is_long_number(value) for value in distinct):
        return False
    if is_label_like(distinct):
        return len(distinct) < len(values)
    return 2 * len(distinct) <= len(values)


def _is_nist_group(value: str) -> bool:
    return _NIST_GROUP.fullmatch(f"{value}_0") is not None


def _is_long_number(value: str) -> bool:
    """Whether a value is a date or a serial number rather than a class."""
    return value.isdecimal() and len(value) > _LONGEST_NUMBER


def _is_digits(values: list[str]) -> bool:
    distinct = set(values)
    return 2 <= len(distinct) <= len(values) / 2 and all(len(value) == 1 for value in distinct)


def _form_of(place: int, n_fields: int) -> str | None:
    if n_fields == 2:
        return LABEL_NUMBER.form
    return {0: LABEL_WRITER_NUMBER.form, -2: PREFIX_LABEL_NUMBER.form}.get(place)


def _ambiguous(where: str, names: Sequence[str], table: list[list[str]], places: tuple[int, ...]) -> str:
    name, fields = next(
        (pair for pair in zip(names, table, strict=True) if len({pair[1][place] for place in places}) > 1),
        (names[0], table[0]),
    )
    readings = " or ".join(
        f"{fields[place]!r} ({_form_of(place, len(fields)) or f'field {place + 1}'})" for place in places
    )
    return f"{where}: it is unclear which field of the names is the label: in {name}, {readings}; {_REMEDY}"


def _why_none(name: str, table: list[list[str]]) -> str:
    if all(len(fields) == 2 and _is_nist_group(fields[0]) for fields in table):
        return f"in {name}, {table[0][0]} is a group of writers of NIST Special Database 19, not a class"
    firsts = sorted({fields[0] for fields in table})
    shown = ", ".join(repr(value) for value in firsts[:_EXAMPLES])
    return f"no field has at least two recurring values (names start with {shown})"
