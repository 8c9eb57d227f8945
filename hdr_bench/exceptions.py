"""Every error that the library raises on purpose.

One base class, :class:`HdrBenchError`; each error is also a built-in's child, so that code which catches
`ValueError` or `FileNotFoundError` needs to know nothing of this module.
"""

import re
import reprlib
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from hdr_bench.names import class_name, visible, visible_prose

_LONGEST_NAME = 100
_MOST_OFFERED = 10
# Without a command that lists them all: more than any method has parameters.
_MOST_LISTED = 200
_SHOWN = reprlib.Repr()
_SHOWN.maxstring = _SHOWN.maxother = _SHOWN.maxlong = 100
_SHOWN.maxlist = _SHOWN.maxtuple = _SHOWN.maxdict = _SHOWN.maxset = 8
_SHOWN.maxlevel = 4
# As `repr` writes it.
_BYTE = re.compile(r"(?<!\\)\\udc([89a-f][0-9a-f])")


class HdrBenchError(Exception):
    """Base class of the library's errors."""


class UnknownNameError(HdrBenchError, ValueError):
    """A name that none of the tables holds; the message suggests the nearest.

    Parameters
    ----------
    kind : str
        What the name should have been, e.g. ``"dataset"``.
    name : str
        The name that came.
    allowed : iterable of str
        The names that exist.
    listing : str, default=""
        The command that lists them. Where there is one, and they are many, only the nearest are named.
    """

    def __init__(self, kind: str, name: str, allowed: Iterable[str], listing: str = "") -> None:
        choices = list(allowed)
        offered = offer(choices)
        if listing and len(choices) > _MOST_OFFERED:
            near = get_close_matches(name, choices, n=_MOST_OFFERED, cutoff=0.0)
            offered = f"The nearest of {len(choices):,}: {', '.join(near)}. All of them: {listing}"
        super().__init__(f"unknown {kind} {shown(name)}.{suggestion(name, choices)} {offered}")


class DatasetError(HdrBenchError, ValueError):
    """Data that cannot be used as they are: wrong format, wrong checksum, wrong labels.

    Parameters
    ----------
    message : str
        What is wrong; control characters and bytes that are not UTF-8, as names of files may hold, are escaped.
    """

    def __init__(self, message: str) -> None:
        super().__init__(visible_prose(message))


class PictureError(DatasetError):
    """A picture that cannot be read: no picture, damaged, too large."""


class DatasetNotFoundError(HdrBenchError, FileNotFoundError):
    """Data that are not where they should be, with what to do to get them.

    Parameters
    ----------
    message : str
        As for `DatasetError`.
    """

    def __init__(self, message: str) -> None:
        super().__init__(visible_prose(message))


class NotStoredError(DatasetError):
    """A data set that was read but cannot be stored, with what to do: no permission, no space on the disk."""


class WorkingFolderError(HdrBenchError, FileNotFoundError):
    """A working folder that was removed while the process was in it."""


class CorruptionError(HdrBenchError, ValueError):
    """Images that cannot be corrupted as asked: no such severity, or pixels of another kind or range."""


class EstimatorError(HdrBenchError, TypeError):
    """An estimator that cannot be made of the parameters that it was given."""


class ModuleImportError(HdrBenchError, ImportError):
    """A module that cannot be imported: it raises an error, ends the program, or another of its name comes first."""


class UnknownModuleError(UnknownNameError):
    """A module that is not installed, or whose name is spelt wrong.

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
    """A suite file that cannot be run, with the file, the place and the nearest right name."""


class FrozenRecordError(HdrBenchError, AttributeError):
    """An attempt to change a record, which stays as it was made."""


class BibliographyError(HdrBenchError, ValueError):
    """References that cannot be read as BibTeX, or made a reference of."""


class EstimateError(HdrBenchError, RuntimeError):
    """A method whose cost cannot be estimated, because it could not be fitted on a few images."""


class StoreError(HdrBenchError, ValueError):
    """A stored run or result that cannot be read."""


class AllTrialsFailedError(StoreError):
    """A run without a single result to report: each of its trials failed or is missing."""


class ComparisonError(HdrBenchError, ValueError):
    """Two runs that cannot be compared, because they have nothing in common, or a tolerance that is no share."""


class MissingTrialError(StoreError):
    """A trial that a run's folder has no file of."""


class VersionsDifferError(HdrBenchError, RuntimeError):
    """A machine on which a trial would be another than that which was planned."""


class CodeDiffersError(HdrBenchError, RuntimeError):
    """Own code that is not, where a trial runs, what it was when the run was planned."""


class NoGradientError(HdrBenchError, TypeError):
    """An attack on a method that has no gradient in the pixels, with the reason."""


class OverlapError(HdrBenchError, ValueError):
    """A model that would be evaluated on images that it learned from."""


class PredictionsError(HdrBenchError, ValueError):
    """A method's predictions that are not one class, or one probability per class, for each image."""


class ContradictionWarning(UserWarning):
    """A method's scores of classes that contradict its predictions, and are left out."""


class UnknownClassesWarning(UserWarning):
    """A method's scores of classes that are left out, since it does not say which classes they are of."""


class LeftOutScoresWarning(UserWarning):
    """A method's scores of classes that are left out, since what should give them fails."""


class ReportWarning(UserWarning):
    """A figure, a table or another part of a report that could not be made, and is left out."""


class NewerFormatError(StoreError):
    """A stored run or result that a newer version of the library wrote; nothing is written over it."""


class StoredScoresWarning(UserWarning):
    """Results whose scores are taken as they were stored, since there are no predictions to check them by."""


class SchedulerError(HdrBenchError, ConnectionError):
    """A cluster's scheduler that does not answer, or has no workers."""


class ModelFileError(HdrBenchError, ValueError):
    """A model file that cannot be read: damaged, foreign, of a newer format, or not to be trusted."""


class ModelNotFoundError(HdrBenchError, FileNotFoundError):
    """A model that is not where it should be, or that a run did not keep."""


class ModelSaveError(HdrBenchError, TypeError):
    """A model that no file of the wanted format can hold, with the reason and what to do."""


class DatabaseError(HdrBenchError, RuntimeError):
    """A database of the web application that cannot be reached or used, or whose tables are of a newer version."""


class ServerError(HdrBenchError, RuntimeError):
    """A web application that cannot start, such as an address in use; or a request that it cannot answer now."""


class MissingDependencyError(HdrBenchError, ImportError):
    """An optional library that was asked for by name and is not installed, or is installed and broken."""


class StoredResultWarning(UserWarning):
    """A stored result that is not believed and runs again, or that a newer version of the library wrote."""


class CodeChangedWarning(UserWarning):
    """Own code that changed since its stored results: its trials run again."""


class DatasetWarning(UserWarning):
    """Data that can be read, but may not be what was meant."""


class SavedVersionsWarning(UserWarning):
    """A saved estimator that is loaded with other versions than those that saved it."""


def suggestion(name: str, allowed: Iterable[str], cutoff: float = 0.6) -> str:
    """Return ``" Did you mean 'x'?"`` if one of `allowed` is near `name`, whatever its case; otherwise nothing.

    Parameters
    ----------
    name : str
        What came.
    allowed : iterable of str
        What could have been meant.
    cutoff : float, default=0.6
        From this share of letters in common on, it is near.

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
    """Return ``"Choose from: a, b"``, with semicolons between names that have commas; of very many, the first ones.

    Parameters
    ----------
    choices : iterable of str
        What could have been meant.

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
    """Return a value as a message shows it: its `repr`, cut if it is long, in characters that any file can hold.

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
    # What a foreign object's `repr` raises.
    except (Exception, SystemExit):  # noqa: BLE001
        return f"a {class_name(type(value))}"
    # A name of a file has bytes that are not of its encoding as halves of characters.
    return visible(_BYTE.sub(r"\\x\1", text))
