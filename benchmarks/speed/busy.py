"""How trials' threads wait, alone and beside two busy processes: as the libraries do it, and as trials have it.

Each side is a process of its own with two threads on two processors; sides take turns, and each round times the work
alone and beside the neighbours. The fair share beside two busy processes on two processors is a half: twice the time
alone. Rounds in which anything else ran are repeated; what is disturbed after all is marked, and no ratio is made of
it. Linux only. Run it with the environment's own Python: ``.venv/bin/python benchmarks/speed/busy.py [NAME]...``; it
writes ``reports/speed/busy.json``, where what was measured before stays.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from digits import raw_digits
from rounds import FEWEST, RESULTS, timed

SIDES = ("libraries", "trials")
ROUNDS, MOST_ROUNDS, THREADS = 5, 15, 2
AT_MOST = {"alone": 1.05, "beside": 2.0}
"""What is asked of the trials' times: alone, of the libraries' own; beside, of the fair share."""
# Of one processor, what others may run: timers and the kernel's own threads.
_UNDISTURBED = 0.06
_HOG = "import ctypes, os\nos.fork()\nctypes.CDLL(None).prctl(1, 9)\nwhile True: pass"
Step = Callable[[], Any]


def cnn(n: int, epochs: int) -> Step:
    """Train the suite `quick`'s network."""
    from hdr_bench.estimators import CNNClassifier

    X, y, _, _ = raw_digits(n)
    return lambda: CNNClassifier(max_epochs=epochs, random_state=0).fit(X, y)


def knn() -> Step:
    """Search neighbours with faiss."""
    from hdr_bench.estimators import KNNClassifier

    X, y, X_test, _ = raw_digits(20_000)
    model = KNNClassifier().fit(X, y)
    return lambda: model.predict(X_test[:2000])


def boosting() -> Step:
    """Fit scikit-learn's gradient boosting."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    X, y, _, _ = raw_digits(2000)
    return lambda: HistGradientBoostingClassifier(max_iter=5, random_state=0).fit(X, y)


def k_means() -> Step:
    """Fit scikit-learn's k-means."""
    from sklearn.cluster import KMeans

    X, _, _, _ = raw_digits(10_000)
    return lambda: KMeans(10, n_init=2, random_state=0).fit(X.astype("f4"))


def svm() -> Step:
    """Fit oneDAL's support vector machine."""
    from hdr_bench.estimators import SVMClassifier

    X, y, _, _ = raw_digits(8000)
    return lambda: SVMClassifier().fit(X, y)


def polynomial() -> Step:
    """Fit the polynomial classifier, by large products of OpenBLAS."""
    from hdr_bench.estimators import PolynomialClassifier

    X, y, _, _ = raw_digits(8000)
    return lambda: PolynomialClassifier().fit(X, y)


def radial_basis() -> Step:
    """Fit the network of radial basis functions: k-means of each class, then least squares."""
    from hdr_bench.estimators import RadialBasisClassifier

    X, y, _, _ = raw_digits(4000)
    return lambda: RadialBasisClassifier(random_state=0).fit(X, y)


WORK: dict[str, tuple[str, Callable[[], Step]]] = {
    "cnn-4000": ("CNN, 4,000 images, 3 epochs (torch)", lambda: cnn(4000, 3)),
    "cnn-20000": ("CNN, 20,000 images, 1 epoch (torch)", lambda: cnn(20_000, 1)),
    "knn": ("k-NN, 2,000 among 20,000 (faiss)", knn),
    "boosting": ("Gradient boosting, 2,000 images (scikit-learn)", boosting),
    "k-means": ("k-means, 10,000 images (scikit-learn)", k_means),
    "polynomial": ("Polynomial, 8,000 images (OpenBLAS)", polynomial),
    "radial-basis": ("Radial basis functions, 4,000 images (OpenBLAS)", radial_basis),
    "svm": ("SVM, 8,000 images (oneDAL)", svm),
}


def main() -> None:
    """Measure what is named on the command line, or all; write the figures and print the table."""
    if sys.argv[1:2] == ["--work"]:
        _work(sys.argv[2])
        return
    from hdr_bench.files import write_whole

    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:2]))
    path = RESULTS.parent / "busy.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or WORK:
        found[name] = _measure(name)
        found = {known: found[known] for known in WORK if known in found}
        write_whole(path, (json.dumps(found, indent=1) + "\n").encode())
    print(table(found))


def table(found: dict[str, dict[str, Any]]) -> str:
    """Return medians with their ranges as a Markdown table; no ratio of fewer than three undisturbed rounds."""
    asked = {where: f"≤ {most:g}" for where, most in AT_MOST.items()}
    ratios = f"of libraries' ({asked['alone']})", f"of fair share ({asked['beside']})"
    heads = ["Work", "Waits as", "Alone (s)", ratios[0], "Beside (s)", ratios[1]]
    rows = [f"| {' | '.join(heads)} |", "|:--|:--|--:|--:|--:|--:|"]
    for name, measured in found.items():
        base = _median(measured["libraries"]["alone"])
        for side in SIDES:
            alone, beside = (_median(measured[side][where]) for where in AT_MOST)
            ratios = _ratio(alone, base), _ratio(beside, alone and 2 * alone)
            times = [_seconds(measured[side][where]) for where in AT_MOST]
            cells = [cell for pair in zip(times, ratios, strict=True) for cell in pair]
            rows.append(f"| {WORK[name][0]} | {side} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _undisturbed(took: list[dict[str, float]]) -> list[float]:
    return [each["seconds"] for each in took if each["others"] <= _UNDISTURBED]


def _median(took: list[dict[str, float]]) -> float | None:
    seconds = _undisturbed(took)
    return statistics.median(seconds) if len(seconds) >= FEWEST else None


def _seconds(took: list[dict[str, float]]) -> str:
    """Return the median and the range of the undisturbed rounds."""
    value, seconds = _median(took), _undisturbed(took)
    return "disturbed" if value is None else f"{value:.2f} ({min(seconds):.2f}–{max(seconds):.2f})"


def _ratio(value: float | None, base: float | None) -> str:
    return "–" if value is None or base is None else f"{value / base:.2f}"


def _measure(name: str) -> dict[str, Any]:
    from hdr_bench.records.environment import read_environment

    print(WORK[name][0], flush=True)
    took: dict[str, dict[str, list[dict[str, float]]]] = {side: {where: [] for where in AT_MOST} for side in SIDES}
    with _neighbours() as neighbours, _sides(name) as sides:
        for number in range(MOST_ROUNDS):
            for side in sorted(SIDES, reverse=bool(number % 2)):
                took[side]["alone"].append(_round(sides[side], None))
                took[side]["beside"].append(_round(sides[side], neighbours))
            last = (f"{side} {each['alone'][-1]} {each['beside'][-1]}" for side, each in took.items())
            print("  " + "; ".join(last), flush=True)
            if all(len(_undisturbed(where)) >= ROUNDS for each in took.values() for where in each.values()):
                break
    machine = read_environment()
    return {"environment": machine.model_dump(mode="json", include={"cpu", "cores", "libraries"}), **took}


@contextmanager
def _neighbours() -> Iterator[int]:
    """Give the group of two processes that are busy when they are let go on; they end with this one."""
    import psutil

    hog = subprocess.Popen([sys.executable, "-c", _HOG], start_new_session=True)
    while not psutil.Process(hog.pid).children():
        time.sleep(0.01)
    os.killpg(hog.pid, signal.SIGSTOP)
    try:
        yield hog.pid
    finally:
        os.killpg(hog.pid, signal.SIGKILL)
        hog.wait()


@contextmanager
def _sides(name: str) -> "Iterator[dict[str, subprocess.Popen[str]]]":
    from hdr_bench.experiments.processes.thread_wait_policy import CHOICES, thread_wait_variables

    chosen = {name for choices in CHOICES.values() for name in choices}
    bare = {key: value for key, value in os.environ.items() if key not in chosen}
    environments = {"libraries": bare, "trials": {**bare, **thread_wait_variables(bare)}}
    sides = {
        side: subprocess.Popen(
            [sys.executable, __file__, "--work", name],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        for side, environment in environments.items()
    }
    try:
        for side in sides.values():
            _answer(side)
        yield sides
    finally:
        for side in sides.values():
            side.kill()
            side.wait()


def _round(side: "subprocess.Popen[str]", neighbours: int | None) -> dict[str, float]:
    """Time the work once; `others` is what ran beside it and the neighbours, in processors."""
    before, busy = time.perf_counter(), _busy()
    own = _cpu(neighbours)
    if neighbours is not None:
        os.killpg(neighbours, signal.SIGCONT)
    print("go", file=side.stdin, flush=True)
    seconds, cpu = json.loads(_answer(side))
    if neighbours is not None:
        os.killpg(neighbours, signal.SIGSTOP)
    others = (_busy() - busy - cpu - (_cpu(neighbours) - own)) / (time.perf_counter() - before)
    return {"seconds": round(seconds, 3), "cpu": round(cpu, 3), "others": round(others, 3)}


def _answer(side: "subprocess.Popen[str]") -> str:
    if side.stdout is None or not (line := side.stdout.readline()):
        raise SystemExit("a side's process ended")
    return line


def _busy() -> float:
    from hdr_bench.kernel import read_processors

    processors = read_processors()
    if processors is None:
        raise SystemExit("this script needs /proc/stat, which Linux has")
    return processors.busy


def _cpu(group: int | None) -> float:
    """Return the processor time of a group's processes."""
    import psutil

    if group is None:
        return 0.0
    members = [psutil.Process(group), *psutil.Process(group).children()]
    return float(sum(sum(member.cpu_times()[:2]) for member in members))


def _work(name: str) -> None:
    """Prepare the work, and do it once for each line of standard input."""
    from hdr_bench.experiments.measuring.process_state import limit_threads

    limit_threads(THREADS)
    step = WORK[name][1]()
    step()
    limit_threads(THREADS)
    print("ready", flush=True)
    for _ in sys.stdin:
        cpu = time.process_time()
        seconds, _ = timed(step)
        print(json.dumps([seconds, time.process_time() - cpu]), flush=True)


if __name__ == "__main__":
    main()
