"""Layout of a folder of pictures: a single part, or ``train/`` and ``test/``.

The parts may also be named `training`, `testing`, and `val`, `valid` or `validation`, in any case, and with the suffix
`set`, `_set`, `_images` or `_data`. A validation part is the test part if there is no other; otherwise it is left out,
with a warning. Pictures of a test part without labels are left out too, with a warning, and the training part is split.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from hdr_bench.datasets.folder_part import LAYOUTS, PARTS, TABLES, LabelledPictures, label_pictures, warn_of_others
from hdr_bench.datasets.folder_scan import Folder, name_some, scan_folder
from hdr_bench.datasets.labels_in_names import is_label_like, is_plausible
from hdr_bench.exceptions import DatasetError
from hdr_bench.records.text import pluralize

_SHOWN_CLASSES = 5


@dataclass(frozen=True)
class Layout:
    """Pictures of a folder by part.

    Attributes
    ----------
    train : dict of Path to str
        The label of each picture.
    test : dict of Path to str or None
        None if the folder has no labelled test part.
    notes, warnings : tuple of str
    files : tuple of Path
        All files that were considered.
    """

    train: dict[Path, str]
    test: dict[Path, str] | None
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    files: tuple[Path, ...]


def find_layout(root: Path) -> Layout:
    """Find the pictures in a folder, and the label of each.

    Parameters
    ----------
    root : Path

    Returns
    -------
    layout : Layout

    Raises
    ------
    DatasetNotFoundError
        If the folder does not exist.
    DatasetError
        If it holds no picture, its layout or a label is unclear, or it cannot be read.
    """
    folder = scan_folder(root, LAYOUTS)
    files = (*folder.all_pictures(), *folder.all_others())
    parts = _parts_of(folder)
    if not parts:
        pictures = label_pictures(folder)
        return Layout(pictures.labels, None, pictures.notes, pictures.warnings, files)
    train = _label_train(folder, parts)
    notes, warnings = list(train.notes), [*train.warnings, *warn_of_others(replace(folder, folders=()))]
    test: LabelledPictures | None = None
    for part in (parts[kind] for kind in ("test", "valid") if kind in parts):
        labelled = _label_test(part, train)
        if labelled is None or test is not None:
            warnings += _left_out(part, folder, labelled)
            continue
        if "train" not in parts:
            raise DatasetError(
                f"{root}: pictures beside {part.name}/, which has labels too; put those pictures into train/"
            )
        test = labelled
        notes += [f"{part.name}/ is the test part, since no other part has labels"] * (
            PARTS[part.name.lower()] == "valid"
        )
        notes += [note for note in test.notes if note not in notes]
        warnings += test.warnings
    return Layout(train.labels, test.labels if test else None, tuple(notes), tuple(warnings), files)


def _parts_of(folder: Folder) -> dict[str, Folder]:
    parts: dict[str, Folder] = {}
    for inner in folder.folders:
        kind = PARTS.get(inner.name.lower())
        if kind in parts:
            raise DatasetError(f"{folder.path}: both {parts[kind].name} and {inner.name} are {kind} parts; keep one")
        if kind is not None:
            parts[kind] = inner
    return parts


def _label_train(folder: Folder, parts: dict[str, Folder]) -> LabelledPictures:
    beside = tuple(inner for inner in folder.folders if inner not in parts.values())
    if "train" not in parts:
        rest = replace(folder, folders=beside, others=())
        if not rest.all_pictures():
            raise DatasetError(
                f"{folder.path}: nothing to train on, only {_list([part.name for part in parts.values()])}; "
                f"expected {LAYOUTS}"
            )
        return label_pictures(rest)
    n_beside = len(folder.pictures) + sum(len(inner.all_pictures()) for inner in beside)
    if n_beside:
        where = _list([inner.name for inner in beside if inner.all_pictures()])
        raise DatasetError(
            f"{folder.path}: {n_beside:,} pictures beside {parts['train'].name}/{f' (in {where})' if where else ''}; "
            "move them into it, or out of this folder"
        )
    return label_pictures(parts["train"])


def _label_test(part: Folder, train: LabelledPictures) -> LabelledPictures | None:
    """Return a part's pictures with their labels; None if they have none of the training part's classes.

    Raises
    ------
    DatasetError
        If only some of them have a label, or it is unclear whether they have.
    """
    classes = set(train.labels.values())
    if not part.pictures:
        own = {inner.name for inner in part.folders if inner.all_pictures()}
        # Pictures without a label may be in one folder, for programs that need one.
        if not own & classes and len(own) < 2:
            return None
        _check_common(part, own, classes)
        return label_pictures(part)
    names = [path.name for path in part.pictures]
    if train.reading is None:
        if is_plausible(names, classes):
            raise DatasetError(
                f"{part.path}: the names of its {len(names):,} pictures may contain labels (e.g. {names[0]}), but the "
                "training part has one folder per class; put them into class folders too, or rename them"
            )
        return None
    labels = {path: train.reading.label_of(path.name) for path in part.pictures}
    own = {label for label in labels.values() if label is not None}
    if not own & classes and (len(own) < 2 or not is_label_like(own)):
        return None
    _check_common(part, own, classes)
    without = [path.name for path, label in labels.items() if label is None]
    if without:
        raise DatasetError(
            f"{part.path}: {len(without):,} of {len(names):,} names contain no label ({train.reading.form}), e.g. "
            f"{without[0]}; name them like the others, or remove them"
        )
    return label_pictures(part, train.reading)


def _check_common(part: Folder, own: set[str], classes: set[str]) -> None:
    if own & classes:
        return
    shown = " and ".join(", ".join(repr(name) for name in sorted(names)[:_SHOWN_CLASSES]) for names in (own, classes))
    raise DatasetError(
        f"{part.path}: none of its {len(own):,} classes is among the {len(classes):,} of the training part: {shown}; "
        "use the same names, or move this folder away"
    )


def _left_out(part: Folder, folder: Folder, labelled: LabelledPictures | None) -> tuple[str, ...]:
    """Return a warning about the pictures of a part that are not used, with files that may hold their labels."""
    if not part.all_pictures():
        return warn_of_others(part)
    pictures = f"{pluralize(len(part.all_pictures()), 'picture')} in {part.name}/ left out"
    if labelled is not None:
        return (f"{pictures}: there is a training and a test part beside it",)
    tables = [path for path in (*folder.others, *part.all_others()) if path.suffix.lower() in TABLES]
    not_read = f"; labels are not read from {name_some(tables, folder.path)}" if tables else ""
    return (f"{pictures}, without labels{not_read}",)


def _list(names: list[str]) -> str:
    return ", ".join(f"{name}/" for name in names)
