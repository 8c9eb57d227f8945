"""Made pictures of MNIST's digits, and a model that reads them."""

import numpy as np
import pytest
from PIL import Image

from hdr_bench import load_dataset
from hdr_bench.pictures.recognize import load_recognizer


@pytest.fixture(scope="session")
def mnist_digits():
    """A function that returns the n-th test image of a digit of the embedded data set."""
    test = load_dataset("mnist-5k").test

    def pick(digit, number=0):
        return test.images[np.flatnonzero(test.y == digit)[number]]

    return pick


@pytest.fixture(scope="session")
def write_page(mnist_digits):
    """A function that draws lines of digits on paper: uint8, dark on light."""

    def draw(lines, *, side=60, gap=30, paper=235, ink=40, number=0):
        height = len(lines) * (side + gap) + gap
        width = max(map(len, lines)) * (side + gap) + gap
        page = np.full((height, width), float(paper))
        for row, line in enumerate(lines):
            for column, digit in enumerate(line):
                if digit == " ":
                    continue
                image = Image.fromarray(mnist_digits(int(digit), number)).resize((side, side), Image.Resampling.BICUBIC)
                top, left = gap + row * (side + gap), gap + column * (side + gap)
                share = np.asarray(image, float) / 255
                page[top : top + side, left : left + side] += share * (ink - paper)
        return np.clip(page, 0, 255).astype(np.uint8)

    return draw


@pytest.fixture(scope="session")
def reader():
    """The embedded model."""
    return load_recognizer(None)
