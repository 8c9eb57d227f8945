import pytest

from hdr_bench.pictures.web_page import _percent


@pytest.mark.parametrize(
    ("probability", "text"), [(0.99999, ">99.9"), (0.999, "99.9"), (0.5, "50.0"), (0.0011, "0.1"), (1e-5, "<0.1")]
)
def test_no_answer_of_the_page_is_sure(probability, text):
    assert _percent(probability) == f"{text}\u00a0%"
