"""Every error that the library raises on purpose.

One base class, :class:`HdrBenchError`; each error is also a built-in's child, so that code which catches
`ValueError` or `FileNotFoundError` needs to know nothing of this module.
"""

from collections.abc import Iterable
from difflib import get_close_matches

from hdr_bench.names import visible_prose


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
    """

    def __init__(self, kind: str, name: str, allowed: Iterable[str]) -> None:
        choices = list(allowed)
        separator = "; " if any("," in choice for choice in choices) else ", "
        super().__init__(f"unknown {kind} {name!r}{suggestion(name, choices)}; there are: {separator.join(choices)}")


class DatasetError(HdrBenchError, ValueError):
    """Data that cannot be used as they are: wrong format, wrong checksum, wrong labels.

    Parameters
    ----------
    message : str
        What is wrong; control characters and bytes that are not UTF-8, as names of files may hold, are escaped.
    """

    def __init__(self, message: str) -> None:
        super().__init__(visible_prose(message))


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


class EstimatorError(HdrBenchError, TypeError):
    """An estimator that cannot be made of the parameters that it was given."""


class NotationError(HdrBenchError, ValueError):
    """A network's layer string that cannot be read, or that does not fit the image."""


class SuiteError(HdrBenchError, ValueError):
    """A suite file that cannot be run, with the file, the place and the nearest right name."""


class BibliographyError(HdrBenchError, ValueError):
    """References that cannot be read as BibTeX, or made a reference of."""


class EstimateError(HdrBenchError, RuntimeError):
    """A method whose cost cannot be estimated, because it could not be fitted on a few images."""


class StoreError(HdrBenchError, ValueError):
    """A stored run or result that cannot be read."""


class MissingTrialError(StoreError):
    """A trial that a run's folder has no file of."""


class VersionsDifferError(HdrBenchError, RuntimeError):
    """A machine on which a trial would be another than that which was planned."""


class CodeDiffersError(HdrBenchError, RuntimeError):
    """Own code that is not, where a trial runs, what it was when the run was planned."""


class PredictionsError(HdrBenchError, ValueError):
    """A method's predictions that are not one class, or one probability per class, for each image."""


class ContradictionWarning(UserWarning):
    """A method's scores of classes that contradict its predictions, and are left out."""


class NewerFormatError(StoreError):
    """A stored run or result that a newer version of the library wrote; nothing is written over it."""


class StoredScoresWarning(UserWarning):
    """Results whose scores are taken as they were stored, since there are no predictions to check them by."""


class SchedulerError(HdrBenchError, ConnectionError):
    """A cluster's scheduler that does not answer, or has no workers."""


class MissingDependencyError(HdrBenchError, ImportError):
    """An optional library that was asked for by name and is not installed."""


class StoredResultWarning(UserWarning):
    """A stored result that is not believed and runs again, or that a newer version of the library wrote."""


class CodeChangedWarning(UserWarning):
    """Own code that changed since its stored results: its trials run again."""


class DatasetWarning(UserWarning):
    """Data that can be read, but may not be what was meant."""


class SavedVersionsWarning(UserWarning):
    """A saved estimator that is loaded with other versions than those that saved it."""


def suggestion(name: str, allowed: Iterable[str]) -> str:
    """Return ``", did you mean 'x'?"`` where one of `allowed` is near `name`, else nothing."""
    nearest = get_close_matches(name, list(allowed), n=1)
    return f", did you mean {nearest[0]!r}?" if nearest else ""
