"""The same digits in pictures of many sizes, and the time for a large photo.

A student report found that its program did not recognize digits in images above 500x500 pixels.
"""

import dataclasses
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

from benchmarks.pictures.config import LEVELS
from benchmarks.pictures.pages import SEED, DigitImages, draw_page
from benchmarks.pictures.reading import Read
from benchmarks.pictures.scene import Scene, sample_scene
from benchmarks.pictures.scoring import Score, match_boxes

SIZES = (64, 128, 256, 500, 1000, 2000, 4000)
N_PICTURES = 50
# Three digits, which in the smallest picture are about as high as MNIST's. Noise and blur are of the camera, and stay
# the same in pixels.
SIZE_CONFIG = dataclasses.replace(
    LEVELS["easy"], n_lines=(1, 1), n_per_line=(3, 3), height=(60, 60), gap=(0.2, 0.4), rotation=(-4, 4)
)
# A sheet with twenty digits, each a twelfth to a fifteenth of its height, as a phone takes it.
PHOTO_CONFIG = dataclasses.replace(
    LEVELS["moderate"], n_lines=(4, 4), n_per_line=(5, 5), height=(40, 60), rulings=("lines",)
)
PHOTO_SIZE = (4000, 3000)
N_ROUNDS = 7


def read_sizes(digits: DigitImages, read: Read, sizes: Sequence[int], n: int) -> Iterator[dict[str, object]]:
    """Read the same digits in square pictures of each size.

    Parameters
    ----------
    digits : DigitImages
    read : callable
    sizes : sequence of int
        Sides of the pictures, in pixels.
    n : int
        Pictures per size.

    Yields
    ------
    row : dict
        Size, number of the picture, and its counts.
    """
    for number in range(n):
        scene = sample_scene(SIZE_CONFIG, number, digits.images, digits.labels, SEED)
        for size in sizes:
            score = _score(scene.frame(size, size), read)
            yield {"size": size, "picture": number, **dataclasses.asdict(score)}


def _score(scene: Scene, read: Read) -> Score:
    page = draw_page(scene)
    return match_boxes(page.digits, read(page.picture).digits).score


def time_photo(digits: DigitImages, read: Read, size: tuple[int, int], n_rounds: int) -> dict[str, float]:
    """Read a photo of twenty digits from its file a few times.

    Parameters
    ----------
    digits : DigitImages
    read : callable
    size : tuple of int
        Width and height, in pixels.
    n_rounds : int
        How often it is timed, after a first time that is not.

    Returns
    -------
    figures : dict of str to float
        Median, lowest and highest seconds, digits, and how many of them are right.
    """
    scene = sample_scene(PHOTO_CONFIG, 0, digits.images, digits.labels, SEED).frame(*size)
    page = draw_page(scene)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.jpg"
        Image.fromarray(page.picture).save(path, quality=92)
        match = match_boxes(page.digits, read(path).digits)
        seconds = [_seconds(read, path) for _ in range(n_rounds)]
    return {
        "median": statistics.median(seconds),
        "lowest": min(seconds),
        "highest": max(seconds),
        "digits": match.score.n_digits,
        "right": match.score.right,
    }


def _seconds(read: Read, path: Path) -> float:
    began = time.perf_counter()
    read(path)
    return time.perf_counter() - began
