"""What the reader of pictures cuts out of photographs that show no writing."""

import numpy as np
from skimage import data
from sklearn.datasets import load_sample_images

from benchmarks.pictures.drawing import Images
from hdr_bench.pictures.context import choose_marks
from hdr_bench.pictures.cutting import cut_marks
from hdr_bench.pictures.page import find_ink

# Of scikit-image, beside the two of scikit-learn; all come with the libraries.
_NAMES = ("brick", "camera", "chelsea", "coffee", "coins", "grass", "gravel", "moon", "rocket")
_SMALLEST, _LARGEST = 100, 300


def cut_outs(n: int, seed: int) -> Images:
    """Find the ink in parts of photographs as if they were pictures of digits, and cut out its marks.

    Parameters
    ----------
    n : int
    seed : int

    Returns
    -------
    images : ndarray of shape (n, 28, 28), uint8
    """
    photographs = _load_photographs()
    generator = np.random.default_rng(seed)
    cut: list[Images] = []
    while sum(map(len, cut)) < n:
        photograph = photographs[generator.integers(len(photographs))]
        side = int(generator.integers(_SMALLEST, _LARGEST))
        row, column = (int(generator.integers(0, length - side + 1)) for length in photograph.shape[:2])
        page = find_ink(photograph[row : row + side, column : column + side])
        marks = choose_marks(page.marks, page.ink.mask.shape, page.digit_height)
        if marks:
            cut.append(cut_marks(marks, page.ink.soft))
    images = np.concatenate(cut)
    return images[generator.permutation(len(images))[:n]]


def _load_photographs() -> list[Images]:
    images = [*load_sample_images().images, *(getattr(data, name)() for name in _NAMES)]
    return [image if image.ndim == 3 else np.repeat(image[:, :, None], 3, axis=2) for image in images]
