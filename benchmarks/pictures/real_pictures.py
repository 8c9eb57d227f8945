"""Readings of real pictures, whose truth is their digits in order: a folder ``pictures`` in the data home.

Reports hold only their file names and counts: most come from projects that state no licence.
"""

import csv
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.pictures.reading import PictureReading, Read
from benchmarks.pictures.scoring import Score, score_lines, score_scattered

# Here the digits are scattered, so that no reading order is right.
SCATTERED = frozenset({"029.png", "034.jpg", "041.jpg", "057.jpg"})


@dataclass(frozen=True)
class RealPicture:
    """A picture and what it shows.

    Attributes
    ----------
    path : Path
    lines : tuple of str
        Its digits by line.
    kind : str
        Photo, scan, drawing, canvas and so on.
    polarity : str
        ``"dark-on-light"`` or ``"light-on-dark"``.
    ruled : str
        ``"plain"``, ``"lines"``, ``"squares"`` or ``"boxes"``.
    """

    path: Path
    lines: tuple[str, ...]
    kind: str
    polarity: str
    ruled: str

    @property
    def is_single_drawing(self) -> bool:
        """Whether it is a drawing of one digit, dark on light."""
        is_drawn = self.kind in {"drawing", "canvas"}
        return is_drawn and self.polarity == "dark-on-light" and len("".join(self.lines)) == 1

    def score(self, reading: PictureReading) -> Score:
        """Compare a reading with what it shows.

        Parameters
        ----------
        reading : PictureReading

        Returns
        -------
        score : Score
        """
        compare = score_scattered if self.path.name in SCATTERED else score_lines
        return compare(self.lines, reading.lines)


def find_folder() -> Path | None:
    """Return the folder of real pictures; None if the data home has none."""
    home = os.environ.get("HDR_BENCH_DATA")
    folder = Path(home) / "pictures" if home else None
    return folder if folder is not None and (folder / "truth.csv").is_file() else None


def load_pictures(folder: Path) -> list[RealPicture]:
    """Return the pictures that the folder's ``truth.csv`` lists.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    pictures : list of RealPicture
    """
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        return [
            RealPicture(
                folder / row["file"],
                tuple(line for line in row["digits"].split("|") if line),
                row["kind"],
                row["polarity"],
                row["ruled"],
            )
            for row in csv.DictReader(file)
        ]


def read_pictures(pictures: list[RealPicture], read: Read) -> Iterator[dict[str, object]]:
    """Read pictures.

    Parameters
    ----------
    pictures : list of RealPicture
    read : callable
        From the path to its reading.

    Yields
    ------
    row : dict
        The picture's name, what it is, and its counts.
    """
    for picture in pictures:
        score = picture.score(read(picture.path))
        yield {
            "file": picture.path.name,
            "kind": picture.kind,
            "polarity": picture.polarity,
            "ruled": picture.ruled,
            "single": picture.is_single_drawing,
            **asdict(score),
        }
