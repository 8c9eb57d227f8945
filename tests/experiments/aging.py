"""A network whose fits take minutes by the clock of its search, for the processes of trials to import."""

import time

from hdr_bench.estimators import MLPClassifier
from hdr_bench.experiments import search

_passed = 0.0


class Ages(MLPClassifier):
    """A network each of whose fits moves the clock of a search by a minute."""

    def fit(self, X, y, **options):
        global _passed  # noqa: PLW0603  # a clock is one for all
        _passed += 60.0
        search.monotonic = lambda: time.monotonic() + _passed
        return super().fit(X, y, **options)
