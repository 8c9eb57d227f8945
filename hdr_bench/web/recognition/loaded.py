"""Models loaded by a reading process."""

import hashlib
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import ModelFileError
from hdr_bench.pictures.answers import digit_shares
from hdr_bench.pictures.recognize import Answers, Recognizer, load_recognizer
from hdr_bench.web.recognition.records import ModelAnswer, ServedVersion


class LoadedVersions:
    """Recognizers by version, each loaded on first use."""

    def __init__(self) -> None:
        self._recognizers: dict[tuple[int, str], Recognizer] = {}

    def get(self, version: ServedVersion) -> Recognizer:
        """Return the recognizer of a version.

        Parameters
        ----------
        version : ServedVersion

        Returns
        -------
        recognizer : Recognizer

        Raises
        ------
        ModelFileError
            If its file is missing, damaged, or does not match the recorded hash.
        """
        key = version.id, version.sha256
        if key not in self._recognizers:
            self._recognizers[key] = _load(version)
        return self._recognizers[key]

    def keep(self, versions: Sequence[ServedVersion]) -> None:
        """Unload all other versions.

        Parameters
        ----------
        versions : sequence of ServedVersion
        """
        keys = {(version.id, version.sha256) for version in versions}
        self._recognizers = {key: value for key, value in self._recognizers.items() if key in keys}

    def answer(self, images: NDArray[np.uint8], versions: Sequence[ServedVersion]) -> list[tuple[ModelAnswer, ...]]:
        """Return the answers of all versions for images.

        Parameters
        ----------
        images : ndarray of shape (n, 28, 28), uint8
        versions : sequence of ServedVersion

        Returns
        -------
        answers : list of tuple of ModelAnswer
            Answers per image, in the order of the versions.
        """
        if not len(images):
            return []
        columns = [self._answer_one(images, version) for version in versions]
        return list(zip(*columns, strict=True)) if columns else [()] * len(images)

    def _answer_one(self, images: NDArray[np.uint8], version: ServedVersion) -> list[ModelAnswer]:
        recognizer = self.get(version)
        start = time.perf_counter()
        answers = recognizer.recognize(images)
        return _to_answers(answers, version, (time.perf_counter() - start) / len(images))


def _to_answers(answers: Answers, version: ServedVersion, seconds: float) -> list[ModelAnswer]:
    shares = digit_shares(answers)
    return [
        ModelAnswer(version, int(row.argmax()), not bool(accepted), tuple(map(float, row)), seconds)
        for row, accepted in zip(shares, answers.accepted, strict=True)
    ]


def _load(version: ServedVersion) -> Recognizer:
    try:
        digest = hashlib.sha256(version.path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelFileError(f"{version.path}: cannot be read: {error.strerror}") from error
    if digest != version.sha256:
        raise ModelFileError(f"{version.path}: the file is damaged; its SHA-256 does not match the stored one")
    recognizer = load_recognizer(version.path)
    # The first call of a method initializes its engine; do this now, so that nobody has to wait for it.
    recognizer.recognize(np.full((1, 28, 28), 128, np.uint8))
    return recognizer
