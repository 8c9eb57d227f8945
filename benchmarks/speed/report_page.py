"""How long the report of thirty methods on all of MNIST takes to write, and how large its page is.

Usage: python benchmarks/speed/report_page.py [ROUNDS]

The thirty fits (about ten minutes, resumable) are kept in ``reports/thirty/``, out of git.
"""

import statistics
import sys
import time
from pathlib import Path

from hdr_bench import Case, Step, Suite, run_suite, write_report
from hdr_bench.experiments.progress import LineProgress

FOLDER = Path("reports") / "thirty"
DESKEW = (Step(name="deskew"),)


def thirty() -> Suite:
    """Return a suite of thirty methods that fit in seconds: every kind of row that a report has."""
    cases = [
        Case(name=f"Logistic regression, alpha {alpha:g}", estimator="linear", params={"alpha": alpha})
        for alpha in (1.0, 5.0, 50.0)
    ]
    cases += [
        Case(name="Least squares", estimator="linear", params={"loss": "squared_error"}),
        Case(name="Least squares, deskewed", estimator="linear", params={"loss": "squared_error"}, steps=DESKEW),
    ]
    cases += [Case(name=f"{k}-NN", estimator="knn", params={"n_neighbors": k}) for k in (1, 3, 5)]
    cases += [Case(name="3-NN, deskewed", estimator="knn", params={"n_neighbors": 3}, steps=DESKEW)]
    cases += [
        Case(name=f"Tree of depth {depth}", estimator="tree", params={"max_depth": depth}) for depth in (6, 10, 14)
    ]
    cases += [
        Case(name=f"Polynomial of {n} components", estimator="polynomial", params={"n_components": n})
        for n in (20, 40, 60)
    ]
    cases += [
        Case(name=f"MLP {layers}", estimator="mlp", params={"layers": layers, "max_epochs": 3}, protocol={"repeats": 2})
        for layers in ("32N", "100N", "300N", "300N-100N", "512N-64N-32N-16N")
    ]
    cases += [
        Case(name=f"CNN {layers}", estimator="cnn", params={"layers": layers, "max_epochs": 2})
        for layers in (
            "8C5-MP4-32N",
            "8C5-MP2-16C5-MP2-128N-D0.2",
            "6C5p2-AP2-16C5-AP2-120N-84N",
            "16C3-MP2-32C3-MP2-64N",
        )
    ]
    cases += [
        Case(name="SVM, RBF", estimator="svm"),
        Case(name="SVM, RBF, deskewed", estimator="svm", steps=DESKEW),
        Case(name="Gaussian naive Bayes", estimator="sklearn.naive_bayes.GaussianNB"),
        Case(name="Nearest centroid", estimator="sklearn.neighbors.NearestCentroid"),
        Case(name="Random forest", estimator="sklearn.ensemble.RandomForestClassifier", params={"n_estimators": 30}),
        Case(name="Extra trees", estimator="sklearn.ensemble.ExtraTreesClassifier", params={"n_estimators": 30}),
    ]
    return Suite(name="thirty", title="Thirty methods on MNIST", dataset="mnist", cases=cases)


def main() -> None:
    """Run what is missing, then write the report several times."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    from hdr_bench.cli.output import make_console

    suite = thirty()
    run_suite(suite, out=FOLDER, progress=LineProgress(make_console(stderr=True)))
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        page = write_report(FOLDER)
        seconds.append(time.perf_counter() - start)
    whole = sum(path.stat().st_size for name in ("figures", "tables") for path in (FOLDER / name).iterdir())
    spread = f"median of {rounds}; {min(seconds):.1f} to {max(seconds):.1f}"
    sizes = f"page {page.stat().st_size / 1e6:.2f} MB, figures and tables {whole / 1e6:.2f} MB"
    print(f"{len(suite.cases)} methods: {statistics.median(seconds):.1f} s ({spread}); {sizes}")


if __name__ == "__main__":
    main()
