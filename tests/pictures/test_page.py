import numpy as np
import pytest

from hdr_bench.exceptions import PictureError
from hdr_bench.pictures.page import find_ink

pytest.importorskip("skimage")


def test_noise_is_refused_before_its_pieces_are_looked_at():
    noise = np.random.default_rng(0).integers(0, 256, (800, 800, 3), dtype=np.uint8)

    with pytest.raises(
        PictureError, match=r"has [\d,]+ pieces of ink, but at most 6,000 are allowed: it seems to show noise"
    ):
        find_ink(noise)


def test_dotted_paper_is_not_refused():
    paper = np.full((1590, 1130, 3), 255, np.uint8)
    for row in range(4):
        for column in range(4):
            paper[10 + row :: 27, 10 + column :: 27] = 0

    assert len(find_ink(paper).marks) > 2000
