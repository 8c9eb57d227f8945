"""What the harness adds: to a trial, to a suite of an hour, and what a trial sends.

A trial's cost beyond its fit and its predictions is everything else that it takes: the process, the data, the warm-up,
the measurements, the result on its way back. A suite's is also the start of the host and what lies between trials. Run
it with the environment's own Python: ``.venv/bin/python benchmarks/speed/overhead.py [TRIALS] [SECONDS]``.
"""

import pickle
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import unique_labels

from hdr_bench import Case, Suite, load_results, run_suite
from hdr_bench.experiments.messages import Task
from hdr_bench.experiments.planning.protocols import plan_cases
from hdr_bench.experiments.processes.host_handle import Host
from hdr_bench.import_context import ImportContext
from hdr_bench.records.options import Settings
from hdr_bench.records.store import Store

HOUR = 3600


class Waits(ClassifierMixin, BaseEstimator):
    """A classifier whose fit takes a known time."""

    def __init__(self, seconds=1.0, number=0):
        self.seconds = seconds
        self.number = number

    def fit(self, X, y):
        """Wait, but for the warm-up."""
        self.classes_ = unique_labels(y)
        if len(X) > 200:
            time.sleep(self.seconds)
        return self

    def predict(self, X):
        """Return the first class."""
        return np.full(len(X), self.classes_[0])


def make_suite(trials: int, seconds: float) -> Suite:
    """Return a suite of so many trials."""
    cases = [Case(name=f"{n}", estimator=Waits(seconds, n), key=f"{seconds} {n}") for n in range(trials)]
    return Suite(name="overhead", title="Overhead", dataset="mnist-5k", cases=cases)


def main() -> None:
    """Measure, and print."""
    trials, seconds = int(sys.argv[1] if sys.argv[1:] else 40), float(sys.argv[2] if sys.argv[2:] else 1.0)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        run = run_suite(make_suite(trials, seconds), out=Path(folder) / "run", threads=1)
        wall = time.perf_counter() - start
        results = load_results(run)
        store = Store(run)
        sizes = [(store.trials_folder / f"{key}.zip").stat().st_size for key in results["key"]]
        sent = [len(pickle.dumps((store.read(key), store.read_predictions(key)))) for key in results["key"]]
    added = (results["seconds"] - results["fit_seconds"] - results["predict_seconds"]).tolist()
    fixed = wall - results["seconds"].sum()
    spread = f"median of {trials}; {min(added):.3f} to {max(added):.3f}"
    print(f"a trial: {statistics.median(added):.3f} s beyond fit and predictions ({spread})")
    print(f"a suite: {wall:.1f} s for {trials} trials of {seconds:g} s; {fixed:.1f} s of them outside of its trials")
    for minutes in (1, 5):
        count = HOUR // (60 * minutes)
        share = (fixed + count * statistics.median(added)) / HOUR
        print(f"a suite of an hour, {count} trials of {minutes} min: {100 * share:.2f} % on top")
    (planned,) = plan_cases(make_suite(1, seconds), Settings())
    asked = len(pickle.dumps((ImportContext.current(), Task(planned.trials[0], planned.pickled))))
    back, kept = int(statistics.median(sent)), int(statistics.median(sizes))
    print(f"bytes of a trial: {asked:,} there, {back:,} back with 1,000 images' predictions, {kept:,} on disk")
    start = time.perf_counter()
    host = Host()
    host.run(Task(planned.trials[0], planned.pickled), lambda _stage: None)
    print(f"the first trial of a host: {time.perf_counter() - start:.1f} s")
    host.close()


if __name__ == "__main__":
    main()
