"""What becomes of a new version, by the numbers."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdr_bench.web.retraining.decision import LEAST_HELD_BACK, LEAST_KEPT, PairedCounts, decide

_GOOD = PairedCounts(4975, 5, 4, 16)
_BETTER = PairedCounts(20, 10, 0, 0)
_COUNTS = st.builds(PairedCounts, *[st.integers(0, 6_000)] * 4)


@pytest.mark.parametrize(
    ("kept", "held_back", "verdict", "reason"),
    [
        (_GOOD, _BETTER, "taken", "not worse"),
        (PairedCounts(4974, 5, 4, 16), _BETTER, "offered", "4,999 test images"),
        (PairedCounts(), _BETTER, "offered", "only the held-back corrections can decide; there are 30"),
        (_GOOD, PairedCounts(20, 9, 0, 0), "offered", "29 were held back"),
        (_GOOD, PairedCounts(20, 4, 4, 2), "taken", "not worse"),
        (_GOOD, PairedCounts(20, 4, 5, 1), "refused", "more errors on the held-back corrections"),
        (_GOOD, PairedCounts(19, 4, 5, 1), "offered", "29 were held back"),
        (PairedCounts(4960, 0, 20, 20), _BETTER, "refused", "It is worse"),
        (PairedCounts(4960, 8, 12, 20), _BETTER, "offered", "may be worse by more than 0.2 points"),
        (PairedCounts(60, 0, 20, 20), _BETTER, "refused", "It is worse"),
        (PairedCounts(), PairedCounts(2_000, 4_000, 0, 0), "taken", "not worse"),
        (PairedCounts(), PairedCounts(1_000, 3_999, 0, 0), "offered", "there are 4,999"),
        (PairedCounts(), PairedCounts(), "offered", "there are 0"),
    ],
)
def test_verdicts_at_the_edges(kept, held_back, verdict, reason):
    decision = decide(kept, held_back, kept)
    assert decision.verdict == verdict, decision.reason
    assert reason in decision.reason


@pytest.mark.parametrize(
    ("since_first", "reason"),
    [
        (PairedCounts(4960, 8, 12, 20), "may be worse than the first version by more than 0.2 points"),
        (None, "file of the first version is missing"),
    ],
)
def test_small_losses_do_not_add_up(since_first, reason):
    decision = decide(_GOOD, _BETTER, since_first)
    assert decision.verdict == "offered"
    assert reason in decision.reason


@given(_COUNTS, _COUNTS)
def test_only_versions_that_are_shown_not_to_be_worse_are_taken(kept, held_back):
    decision = decide(kept, held_back, kept)
    judge = kept if kept.n_images else held_back
    if decision.verdict == "taken":
        assert judge.n_images >= LEAST_KEPT
        assert judge.interval()[0] > -0.002
        assert held_back.n_images >= LEAST_HELD_BACK
        assert held_back.lost <= held_back.won
    if max(kept.interval()[1], -held_back.difference) < 0 and held_back.n_images:
        assert decision.verdict == "refused"


@given(_COUNTS, _COUNTS)
def test_fewer_errors_never_make_it_worse(kept, held_back):
    order = ["refused", "offered", "taken"]
    before = order.index(decide(kept, held_back, kept).verdict)
    if kept.lost:
        better = PairedCounts(kept.both + 1, kept.won, kept.lost - 1, kept.neither)
        # Newcombe's interval may widen a little where its correlation changes; a clear verdict stays.
        if before == 2:
            assert order.index(decide(better, held_back, better).verdict) >= 1
    if held_back.lost:
        better = PairedCounts(held_back.both + 1, held_back.won, held_back.lost - 1, held_back.neither)
        assert order.index(decide(kept, better, kept).verdict) >= min(before, 1)


@given(_COUNTS, _COUNTS)
def test_decisions_are_json(kept, held_back):
    values = json.loads(json.dumps(decide(kept, held_back, kept).to_json(), allow_nan=False))
    assert values["kept"]["n_images"] == kept.n_images
    assert math.isclose(values["held_back"]["difference"], held_back.difference)


def test_counts_of_answers():
    new, old = np.array([1, 1, 0, 0, 1], bool), np.array([1, 0, 1, 0, 1], bool)
    assert PairedCounts.of_answers(new, old) == PairedCounts(2, 1, 1, 1)
