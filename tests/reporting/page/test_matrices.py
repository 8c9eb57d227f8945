"""Confusion matrices of the page say how many fits they count."""

import re

import pytest

from hdr_bench import write_report
from tests.helpers.written_runs import Method, make_up


@pytest.mark.usefixtures("undrawn")
def test_a_matrix_says_how_many_fits_it_adds_up(tmp_path):
    folder = make_up(tmp_path / "run", [Method("Thrice", seeds=(0, 1, 2)), Method("Once", n_wrong=9)])
    write_report(folder)
    captions = re.findall(r'<table class="matrix">\s*<caption>(.*?)</caption>', (folder / "report.html").read_text())
    plain = {re.sub("<[^>]*>", "", caption) for caption in captions}
    assert plain == {"Thrice, 3 fits", "Once", "Images, 3 fits", "Images"}
