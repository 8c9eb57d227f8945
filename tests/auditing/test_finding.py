from hdr_bench.auditing.finding import finding
from hdr_bench.auditing.known_errors import RecallCurve
from hdr_bench.auditing.summary import AuditSummary, Confusion
from hdr_bench.records.decisions import Decisions


def _find(**changes):
    numbers = {"folds": 2, "n_images": 100, "n_flagged": 9, "n_listed": 20, "n_train": 100, "n_test": 10}
    wrong = {"n_wrong": 8, "n_wrong_low": 6, "n_wrong_high": 11}
    words = {"dataset": "letters", "fingerprint": "", "part": "train", "methods": (), "command": "", "cleanlab": ""}
    return finding(AuditSummary(**numbers | wrong | words | changes), Decisions())


def test_confusions_are_named_if_they_are_repeated():
    counts = {"D": 4, "O": 2, "Q": 1}
    confusions = tuple(Confusion("0", name, count) for name, count in counts.items())
    found = _find(confusions=confusions)
    assert "Most frequent among the flagged: given 0, suggested D (4); given 0, suggested O (2). No dec" in found
    assert "No pair of given and suggested label occurs more than once" in _find(confusions=confusions[2:])
    assert "among the flagged" not in _find(n_flagged=0)


def test_not_more_than_five_confusions_are_named():
    confusions = tuple(Confusion("a", str(number), 9 - number) for number in range(7))
    assert _find(confusions=confusions).count("suggested") == 5


def test_known_errors_are_counted():
    known = RecallCurve("test", (1, 2, 5), 10, "people")
    assert "Of 3 previously known errors, 2 are among the first 3 images of their part, and 3" in _find(known=known)
