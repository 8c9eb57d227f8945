"""Errors and warnings that the library raises on purpose.

All errors derive from :class:`HdrBenchError`; each also derives from a built-in error, so that code which catches
`ValueError` or `FileNotFoundError` does not need this module.
"""

import re
import reprlib
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from hdr_bench.names import class_name, visible, visible_prose

_LONGEST_NAME = 100
_MOST_OFFERED = 10
# Limit if there is no command that lists all names: more than any method has parameters.
_MOST_LISTED = 200
_SHOWN = reprlib.Repr()
_SHOWN.maxstring = _SHOWN.maxother = _SHOWN.maxlong = 100
_SHOWN.maxlist = _SHOWN.maxtuple = _SHOWN.maxdict = _SHOWN.maxset = 8
_SHOWN.maxlevel = 4
# An undecodable byte, as `repr` writes it.
_BYTE = re.compile(r"(?<!\\)\\udc([89a-f][0-9a-f])")


class HdrBenchError(Exception):
    """Base class of all errors of this library."""


class UnknownNameError(HdrBenchError, ValueError):
    """Unknown name; the message suggests the nearest known one.

    Parameters
    ----------
    kind : str
        Kind of name, e.g. ``"dataset"``.
    name : str
        The unknown name.
    allowed : iterable of str
        The known names.
    listing : str, default=""
        The command that lists them. If it is given and there are many names, only the nearest are shown.
    """

    def __init__(self, kind: str, name: str, allowed: Iterable[str], listing: str = "") -> None:
        choices = list(allowed)
        offered = offer(choices)
        if listing and len(choices) > _MOST_OFFERED:
            near = get_close_matches(name, choices, n=_MOST_OFFERED, cutoff=0.0)
            offered = f"The nearest of {len(choices):,}: {', '.join(near)}. All of them: {listing}"
        super().__init__(f"unknown {kind} {shown(name)}.{suggestion(name, choices)} {offered}")


class DatasetError(HdrBenchError, ValueError):
    """Data that cannot be used: wrong format, wrong checksum, wrong labels.

    Parameters
    ----------
    message : str
        What is wrong; control characters and bytes that are not UTF-8, which file names may hold, are escaped.
    """

    def __init__(self, message: str) -> None:
        super().__init__(visible_prose(message))


class PictureError(DatasetError):
    """A picture that cannot be read: not a picture, damaged or too large."""


class DatasetNotFoundError(HdrBenchError, FileNotFoundError):
    """Data that were not found, with instructions for getting them.

    Parameters
    ----------
    message : str
        As for `DatasetError`.
    """

    def __init__(self, message: str) -> None:
        super().__init__(visible_prose(message))


class NotStoredError(DatasetError):
    """A data set that was read but cannot be stored, e.g. for lack of permission or disk space, with what to do."""


class WorkingFolderError(HdrBenchError, FileNotFoundError):
    """A working folder that was removed while the process was running in it."""


class CorruptionError(HdrBenchError, ValueError):
    """Images that cannot be corrupted as requested: unknown severity, or pixels of an unsupported type or range."""


class EstimatorError(HdrBenchError, TypeError):
    """An estimator that cannot be created with the given parameters."""


class ModuleImportError(HdrBenchError, ImportError):
    """A module that cannot be imported: it raises an error, exits the program, or is shadowed by another module."""


class UnknownModuleError(UnknownNameError):
    """A module that is not installed, or whose name is misspelt.

    Parameters
    ----------
    message : str
        Which module, and what to do.
    """

    def __init__(self, message: str) -> None:
        ValueError.__init__(self, message)


class NotationError(HdrBenchError, ValueError):
    """A network's layer string that cannot be read, or that does not fit the image."""


class SuiteError(HdrBenchError, ValueError):
    """A suite file that cannot be run, with the file, the place in it and the nearest valid name."""


class FrozenRecordError(HdrBenchError, AttributeError):
    """An attempt to change a record, which is immutable."""


class BibliographyError(HdrBenchError, ValueError):
    """References that cannot be parsed as BibTeX, or cannot be formatted."""


class EstimateError(HdrBenchError, RuntimeError):
    """A method whose cost cannot be estimated, because it could not be fitted on a few images."""


class StoreError(HdrBenchError, ValueError):
    """A stored run or result that cannot be read."""


class AllTrialsFailedError(StoreError):
    """A run without a single result to report: all of its trials failed or are missing."""


class ComparisonError(HdrBenchError, ValueError):
    """Two runs that have nothing in common to compare, or a tolerance that is not a valid fraction."""


class MissingTrialError(StoreError):
    """A trial that has no file in the run's folder."""


class VersionsDifferError(HdrBenchError, RuntimeError):
    """A machine on which a trial would differ from the one that was planned."""


class CodeDiffersError(HdrBenchError, RuntimeError):
    """User code that differs, where a trial runs, from what it was when the run was planned."""


class NoGradientError(HdrBenchError, TypeError):
    """An attack on a method that has no gradient with respect to the pixels, with the reason."""


class OverlapError(HdrBenchError, ValueError):
    """A model that would be evaluated on images that it was trained on."""


class PredictionsError(HdrBenchError, ValueError):
    """Predictions of a method that are not one class, or one probability per class, for each image."""


class ContradictionWarning(UserWarning):
    """Class scores of a method that contradict its predictions, and are left out."""


class UnknownClassesWarning(UserWarning):
    """Class scores of a method that are left out, since it does not say which classes they belong to."""


class LeftOutScoresWarning(UserWarning):
    """Class scores of a method that are left out, since computing them failed."""


class ReportWarning(UserWarning):
    """A figure, a table or another part of a report that could not be made, and is left out."""


class NewerFormatError(StoreError):
    """A stored run or result that a newer version of the library wrote; it is never overwritten."""


class StoredScoresWarning(UserWarning):
    """Results whose scores are used as stored, since there are no predictions to check them against."""


class SchedulerError(HdrBenchError, ConnectionError):
    """A cluster's scheduler that does not respond, or has no workers."""


class ModelFileError(HdrBenchError, ValueError):
    """A model file that cannot be read: damaged, from another program, of a newer format, or not trusted."""


class ModelNotFoundError(HdrBenchError, FileNotFoundError):
    """A model file that was not found, or a model that a run did not save."""


class ModelSaveError(HdrBenchError, TypeError):
    """A model that cannot be saved in the requested format, with the reason and what to do."""


class DatabaseError(HdrBenchError, RuntimeError):
    """A web application's database that cannot be reached or used, or whose tables are of a newer version."""


class ServerError(HdrBenchError, RuntimeError):
    """A web application that cannot start, e.g. because its address is in use, or a request it cannot answer now."""


class MissingDependencyError(HdrBenchError, ImportError):
    """An optional library that was requested and is not installed, or is installed but broken."""


class StoredResultWarning(UserWarning):
    """A stored result that is not trusted, so that its trial runs again, or that a newer version wrote."""


class CodeChangedWarning(UserWarning):
    """User code that changed since its results were stored: its trials run again."""


class DatasetWarning(UserWarning):
    """Data that can be read, but may not be what was intended."""


class SavedVersionsWarning(UserWarning):
    """A saved estimator that is loaded with other library versions than those that saved it."""


def suggestion(name: str, allowed: Iterable[str], cutoff: float = 0.6) -> str:
    """Return ``" Did you mean 'x'?"`` if one of `allowed` resembles `name`, ignoring case; otherwise an empty string.

    Parameters
    ----------
    name : str
        The name given.
    allowed : iterable of str
        The valid names.
    cutoff : float, default=0.6
        Minimum similarity, between 0 and 1.

    Returns
    -------
    sentence : str

    Examples
    --------
    >>> suggestion("kNN", ["svm", "knn"])
    " Did you mean 'knn'?"
    """
    if not isinstance(name, str) or len(name) > _LONGEST_NAME:
        return ""
    choices = list(allowed)
    by_lower = {choice.lower(): choice for choice in reversed(choices)}
    nearest = get_close_matches(name, choices, 1, cutoff)
    nearest = nearest or [by_lower[lower] for lower in get_close_matches(name.lower(), by_lower, 1, cutoff)]
    return f" Did you mean {nearest[0]!r}?" if nearest else ""


def offer(choices: Iterable[str]) -> str:
    """Return ``"Choose from: a, b"``; semicolons separate names that contain commas, and a very long list is cut.

    Parameters
    ----------
    choices : iterable of str
        The valid names.

    Returns
    -------
    sentence : str
    """
    names = list(choices)
    separator = "; " if any("," in name for name in names) else ", "
    more = len(names) - _MOST_LISTED
    rest = f"{separator}and {more:,} more" if more > 0 else ""
    return f"Choose from: {separator.join(names[:_MOST_LISTED])}{rest}"


def shown(value: Any) -> str:
    """Return a value as shown in a message: its `repr`, shortened if long, without unprintable characters.

    Parameters
    ----------
    value : object

    Returns
    -------
    text : str

    Examples
    --------
    >>> shown("kNN"), shown(True), shown(10**5000)
    ("'kNN'", 'True', 'an integer of 16610 bits')
    """
    if isinstance(value, int) and value.bit_length() > _LONGEST_NAME:
        return f"an integer of {value.bit_length()} bits"
    try:
        text = _SHOWN.repr(value)
    # The `repr` of an object from other code may raise anything.
    except (Exception, SystemExit):  # noqa: BLE001
        return f"a {class_name(type(value))}"
    # A file name holds undecodable bytes as lone surrogates.
    return visible(_BYTE.sub(r"\\x\1", text))
