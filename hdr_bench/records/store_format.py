"""Format of a run's folder: its history, and how records of earlier versions are read."""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from hdr_bench.exceptions import NewerFormatError, StoreError
from hdr_bench.records.base import STORED
from hdr_bench.records.damage import REMEDY, describe_damage
from hdr_bench.records.faults import describe_faults

# The format version is in `run.json` and in each trial's `result.json`. Raise it if an earlier version of the library
# would read a new file wrongly or not at all: for a new key (records reject unknown ones), for a key that is removed or
# changes its meaning, or for another layout of files. To raise it:
#
# 1. raise FORMAT_VERSION, and `format_version` of `RunRecord` and of `Result`;
# 2. add an entry at the top of the history below, with the version of the library;
# 3. give each new key a default that means that there was none, or convert old content in `_migrate`;
# 4. keep a file of the previous format among the tests, and read it;
# 5. mention it in CHANGELOG.md.
#
# What determines a trial's key is not part of the format, but changing it makes every stored trial run again.
#
# 6 (0.2.0): corrupted and attacked images of test sets: their distortion in the run's record, in trials and in
#     evaluations; of their predictions only the wrong labels, as written by `compact.pack_labels`. Corrupted copies of
#     training images, and figures of other set-ups. Grids that are lists of tables. Studies, whose levels are evaluated
#     on held-out training images, cases with a number of training images, published means over epochs and
#     figures of one class. Records without any of these are written as format 4 or 5.
# 5 (0.2.0): results of a trial on other test sets of its suite: `evaluations` in its result, and for each evaluated one
#     its predictions in compact form, as another member of KEY.zip; the suite's test sets in the run's record. Records
#     without any of these are written as format 4, so that the previous version can read them.
# 4 (0.2.0): a trial is KEY.zip, sealed by a checksum, with its predictions in compact form; the true labels of a set of
#     images are stored once, in labels/. Rejection and top-2 accuracy follow other rules. The run's record says whether
#     a case needs more seeds. Fits within a grid search are separate files, in search/, until the search is done.
# 3 (0.2.0): rejection, calibration error and top-2 accuracy; all parameters of the method; a network's layers and its
#     stored variables. In the run's record: references of suites and cases, protocols of published figures.
# 2 (0.2.0): cross-validation, grid search and learning curve; limits, and a second key for an outcome determined by
#     them; GPU memory. A key no longer includes the trial's suite, or versions that it does not depend on.
# 1 (0.1.0): the first; a trial is KEY.npz, with its predictions as arrays.
FORMAT_VERSION = 6
WITHOUT_DISTORTION = 5
WITHOUT_TEST_SETS = 4
FIRST_WITH_CHECKSUM = 4

Model = TypeVar("Model", bound=BaseModel)


def parse(model: type[Model], content: Any, path: Path) -> Model:
    """Return a record in the current format, from content in the current or an older format.

    Parameters
    ----------
    model : type of BaseModel
        Class of the record.
    content : object
        Content of the file's JSON.
    path : Path
        Path of the file, for messages.

    Returns
    -------
    record : BaseModel

    Raises
    ------
    NewerFormatError
        If the content has a newer format.
    StoreError
        If the content is not valid.
    """
    try:
        return model.model_validate(_migrate(content), context=STORED)
    except RecursionError as error:
        raise StoreError(f"{path}: damaged: {describe_damage(error)}; {REMEDY}") from error
    except ValidationError as error:
        fault = error.errors()[0]
        if fault["loc"] == ("format_version",):
            raise NewerFormatError(
                f"{path}: format version {fault['input']!r}, but this hdr-bench reads versions 1 to {FORMAT_VERSION}; "
                "use the version of hdr-bench that wrote it"
            ) from error
        first = describe_faults(error, model, content)[0]
        raise StoreError(f"{path}: damaged: {first}; {REMEDY}") from error


def format_of(content: Any) -> int:
    """Return the format version of a record: 1 if it has none.

    Parameters
    ----------
    content : object
        Content of a file's JSON.

    Returns
    -------
    version : int

    Raises
    ------
    ValueError
        If the content is not a record.
    """
    if not isinstance(content, dict):
        raise ValueError(f"a record must be a table, got a {type(content).__name__}")  # reported as damage
    version = content.get("format_version", 1)
    if not isinstance(version, int):
        raise ValueError(f"the format version must be a number, got {version!r}")  # as above
    return version


def _migrate(content: Any) -> Any:
    """Convert the content of a file in an older format to the current one.

    Each format lacks what the next one added, all with defaults that mean that there was none.
    """
    if 1 <= format_of(content) < FORMAT_VERSION:
        return {**content, "format_version": FORMAT_VERSION}
    return content
