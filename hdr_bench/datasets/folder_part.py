"""One part of a folder of pictures: one folder per class, or the label in each file's name."""

from dataclasses import dataclass, field
from pathlib import Path

from hdr_bench.datasets.file_kinds import suggest_scheme
from hdr_bench.datasets.folder_scan import Folder, is_document, name_some
from hdr_bench.datasets.labels_in_names import FORMS, NameForm, choose_reading, is_label_like
from hdr_bench.exceptions import DatasetError
from hdr_bench.records.text import list_first, pluralize

LAYOUTS = (
    "either one folder per class with the pictures in it, or files named "
    f"{FORMS}; either may also be inside train/ and test/, which are then the two parts"
)
_PART_WORDS = {
    "train": "train",
    "training": "train",
    "test": "test",
    "testing": "test",
    "val": "valid",
    "valid": "valid",
    "validation": "valid",
}
PARTS = {
    f"{word}{more}": part for word, part in _PART_WORDS.items() for more in ("", "set", "_set", "_images", "_data")
}
"""Part of each folder name, in lower case, that stands for one."""

_REMEDY = "put the pictures into one folder per class"
# Extensions of files that may hold the labels of pictures beside them.
TABLES = frozenset({".csv", ".tsv", ".json", ".txt"})


@dataclass(frozen=True)
class LabelledPictures:
    """Pictures with their labels, notes and warnings.

    Attributes
    ----------
    labels : dict of Path to str
        The label of each picture.
    notes, warnings : tuple of str
    reading : NameForm or None
        How labels were read from names; None for class folders.
    """

    labels: dict[Path, str]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    reading: NameForm | None = field(default=None, compare=False)


def label_pictures(folder: Folder, reading: NameForm | None = None) -> LabelledPictures:
    """Determine the labels of the pictures in a folder.

    Parameters
    ----------
    folder : Folder
    reading : NameForm, optional
        How labels are read from names, if another part has determined it.

    Returns
    -------
    labelled : LabelledPictures

    Raises
    ------
    DatasetError
        If there are none, some are beside and some inside folders, a class folder is empty, or the labels are unclear.
    """
    filled = [inner for inner in folder.folders if inner.all_pictures()]
    if folder.pictures and filled:
        n_inside = sum(len(inner.all_pictures()) for inner in filled)
        raise DatasetError(
            f"{folder.path}: pictures both beside and inside folders ({len(folder.pictures):,} beside, {n_inside:,} "
            f"inside {_names(filled)}); expected {LAYOUTS}"
        )
    if folder.pictures:
        return _by_name(folder, reading or _reading_of(folder))
    if not filled:
        raise DatasetError(f"{folder.path}: {describe_empty(folder)}; expected {LAYOUTS}")
    return _by_class(folder)


def describe_empty(folder: Folder) -> str:
    """Describe what is in a folder without pictures.

    Parameters
    ----------
    folder : Folder

    Returns
    -------
    words : str
    """
    others = folder.all_others()
    if not others:
        return "the folder is empty"
    idx = f" (IDX files: idx:{folder.path})" if any("idx" in path.name for path in others) else ""
    return (
        f"it has no pictures, but {pluralize(len(others), 'other file')}: {name_some(others, folder.path)}{idx}"
        f"{suggest_scheme(others)}"
    )


def warn_of_others(folder: Folder) -> tuple[str, ...]:
    """Return a warning about files that are not pictures, if there are any.

    Documents such as README.md or labels.csv are expected directly in the folder, but not in a class folder.

    Parameters
    ----------
    folder : Folder

    Returns
    -------
    warnings : tuple of str
        At most one.
    """
    own = [path for path in folder.others if not is_document(path)]
    others = [*own, *(path for inner in folder.folders for path in inner.all_others())]
    if not others:
        return ()
    n_others = pluralize(len(others), "file")
    return (f"{n_others} left out, which by name are not pictures: {name_some(others, folder.path)}",)


def _reading_of(folder: Folder) -> NameForm:
    try:
        return choose_reading([path.name for path in folder.pictures], str(folder.path))
    except DatasetError as error:
        tables = [path for path in folder.others if path.suffix.lower() in TABLES]
        if not tables:
            raise
        raise DatasetError(f"{error}; labels are not read from {name_some(tables, folder.path)}") from error


def _by_name(folder: Folder, reading: NameForm) -> LabelledPictures:
    labels = {path: str(reading.label_of(path.name)) for path in folder.pictures}
    classes = set(labels.values())
    note = f"labels were read from the file names as {reading.form}"
    warnings = warn_of_others(folder)
    if not reading.is_label_like:
        warnings += (f"{note}, which gives the classes {_quote_names(classes)}; if that is wrong, {_REMEDY}",)
    return LabelledPictures(labels, (note,) if reading.is_label_like else (), warnings, reading)


def _by_class(folder: Folder) -> LabelledPictures:
    for inner in folder.folders:
        if not inner.all_pictures():
            others = inner.all_others()
            but = f", but {pluralize(len(others), 'other file')}: {name_some(others, folder.path)}" if others else ""
            raise DatasetError(
                f"{folder.path}: no picture in the class folder {inner.name!r}{but}; fill it or remove it"
            )
    labels = {path: inner.name for inner in folder.folders for path in inner.all_pictures()}
    _check_names(folder, labels)
    notes, warnings = _of_sub_folders(folder)
    return LabelledPictures(labels, notes, (*warnings, *warn_of_others(folder)))


def _check_names(folder: Folder, labels: dict[Path, str]) -> None:
    """Check that the folders are not writers or batches, with the labels in the names of the pictures.

    Raises
    ------
    DatasetError
        If the folder names do not look like labels, but a field of the file names does.
    """
    if is_label_like(set(labels.values())):
        return
    try:
        reading = choose_reading([path.name for path in labels], str(folder.path))
    except DatasetError:
        return
    if not reading.is_label_like:
        return
    example = next(iter(labels))
    raise DatasetError(
        f"{folder.path}: it is unclear what the labels are: the folders are {_quote_names(set(labels.values()))}, "
        f"but by its name {example.relative_to(folder.path).as_posix()} may be {reading.label_of(example.name)!r} "
        f"({reading.form}); expected {LAYOUTS}"
    )


def _of_sub_folders(folder: Folder) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return notes and warnings about pictures in folders below a class folder.

    Raises
    ------
    DatasetError
        If the deeper folders may be the classes, or the parts.
    """
    classes = {inner.name for inner in folder.folders}
    deeper = [below for inner in folder.folders for below in inner.walk() if below is not inner and below.pictures]
    if not deeper:
        return (), ()
    names = {part for below in deeper for part in below.path.relative_to(folder.path).parts[1:]}
    n_deeper, example = sum(len(below.pictures) for below in deeper), name_some([deeper[0].path], folder.path)
    if len(classes) == 1:
        raise DatasetError(
            f"{folder.path}: all pictures are in {len(names)} folders ({_quote_names(names)}) inside the single folder "
            f"{folder.folders[0].name!r}; if those are the classes, or the parts, give {folder.folders[0].path}"
        )
    _check_no_parts(folder, deeper)
    if len(names) > 1 and is_label_like(names):
        raise DatasetError(
            f"{folder.path}: it is unclear which folders are the classes: {n_deeper:,} pictures are in folders like "
            f"{example}, so they may be {_quote_names(classes)} or {_quote_names(names)}; expected {LAYOUTS}"
        )
    note = f"{n_deeper:,} pictures are in folders below a class folder, e.g. {example}, and belong to its class"
    return ((note,), ()) if is_label_like(classes) else ((), (note,))


def _check_no_parts(folder: Folder, deeper: list[Folder]) -> None:
    """Check that pictures of several parts are not pooled into one.

    Raises
    ------
    DatasetError
        If folders below the class folders are named after parts, and not all pictures are in one part.
    """
    by_part = {
        below: {PARTS[name.lower()] for name in below.path.relative_to(folder.path).parts[1:] if name.lower() in PARTS}
        for below in deeper
    }
    named = {below.path: kinds for below, kinds in by_part.items() if kinds}
    kinds = {kind for each in named.values() for kind in each}
    n_named = sum(len(below.pictures) for below in deeper if below.path in named)
    if not named or (len(kinds) == 1 and n_named == len(folder.all_pictures())):
        return
    examples = name_some(list(named), folder.path)
    raise DatasetError(
        f"{folder.path}: {n_named:,} pictures are in folders below the class folders that are named after parts "
        f"({examples}); put the parts above the classes, as in train/CLASS/ and test/CLASS/"
    )


def _names(folders: list[Folder]) -> str:
    return _quote_names({folder.name for folder in folders})


def _quote_names(names: set[str]) -> str:
    return list_first(sorted(names), repr)
