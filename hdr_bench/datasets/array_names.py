"""Names of arrays and of their files: which part of the data they belong to, and whether they are images or labels.

Names in use differ in order and punctuation: ``x_train`` (Keras), ``train_images`` (MedMNIST), ``XTrain``,
``kmnist-train-imgs`` (Kuzushiji-MNIST).
"""

import re
from dataclasses import dataclass
from typing import Literal, cast

from hdr_bench.datasets.named_arrays import IMAGE_WORDS, LABEL_WORDS
from hdr_bench.datasets.part_files import PART_OF_WORD

Role = Literal["images", "labels"]
PartName = Literal["", "train", "test", "valid"]

# Earlier names are preferred if a file holds several: scikit-learn's digits have both `images` and `data`.
_USUAL: dict[Role, tuple[str, ...]] = {
    "images": ("images", "x", "imgs", "image", "img", "pixels", "data", "features"),
    "labels": ("labels", "y", "label", "targets", "target"),
}
_ROLES: dict[Role, tuple[str, ...]] = {
    "images": tuple(dict.fromkeys([*_USUAL["images"], *sorted(IMAGE_WORDS)])),
    "labels": tuple(dict.fromkeys([*_USUAL["labels"], *sorted(LABEL_WORDS)])),
}
_PARTS = {word: part for word, part in PART_OF_WORD.items() if part in {"train", "test", "valid"}}
_PARTS |= {"tr": "train", "te": "test"}
_ROLE_OF = {word: role for role, words in _ROLES.items() for word in words}
# A part and a role written as one word, e.g. xtrain or trainimages.
_PART_WORDS, _ROLE_WORDS = ("|".join(sorted(words, key=len, reverse=True)) for words in (_PARTS, _ROLE_OF))
_GLUED = re.compile(rf"(?P<part>{_PART_WORDS})(?P<role>{_ROLE_WORDS})|(?P<first>{_ROLE_WORDS})(?P<last>{_PART_WORDS})")


@dataclass(frozen=True)
class ArrayName:
    """Parsed name of an array.

    Attributes
    ----------
    prefix : str
        The rest of the name, beside part and role, e.g. ``kmnist``; empty if there is none.
    part : {"", "train", "test", "valid"}
        The part of the data; empty for all data.
    role : {"images", "labels"} or None
        None if the name does not say.
    rank : int
        Position of the word for the role in the order of preference; the lowest is preferred.
    """

    prefix: str
    part: PartName
    role: Role | None
    rank: int = 0


def parse_array_name(name: str) -> ArrayName:
    """Parse a name.

    Parameters
    ----------
    name : str
        Name of an array, or of a file without its extension.

    Returns
    -------
    parsed : ArrayName

    Examples
    --------
    >>> parse_array_name("x_train")
    ArrayName(prefix='', part='train', role='images', rank=1)
    >>> parse_array_name("kmnist-test-labels")
    ArrayName(prefix='kmnist', part='test', role='labels', rank=0)
    """
    rest: list[str] = []
    part, role, rank = "", None, 0
    for word in _words(name):
        if word in _PARTS and not part:
            part = _PARTS[word]
        elif word in _ROLE_OF and role is None:
            role = _ROLE_OF[word]
            rank = _ROLES[role].index(word)
        else:
            rest.append(word)
    return ArrayName("-".join(rest), cast("PartName", part), role, rank)


def counterpart(name: str) -> str:
    """Return the name of the labels that belong to images, e.g. ``y_train`` for ``x_train``.

    Parameters
    ----------
    name : str
        Name of an array of images, or of a file of images without its extension.

    Returns
    -------
    name : str
    """
    labels = re.sub(r"(?<![a-z])x(?![a-z])", "y", name)
    labels = re.sub(r"(?<![A-Za-z])X(?![a-z])", "y", labels)
    labels = re.sub(r"(?<=[a-z])X(?![a-z])", "Y", labels)
    if labels == name:
        words = "|".join(word for word in _ROLES["images"] if len(word) > 1)
        labels = re.sub(rf"(?i)(?<![a-z])({words})(?![a-z])", "labels", name)
    return labels if labels != name else f"{name}-labels"


def _words(name: str) -> list[str]:
    words = []
    for word in re.split(r"[^a-z0-9]+", name.lower()):
        glued = _GLUED.fullmatch(word)
        words += [group for group in glued.groups() if group] if glued else [word] if word else []
    return words
