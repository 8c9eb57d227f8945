"""How long a fresh process takes from its start to a network's first answer, and how much of it is this library's.

Each figure is the median of seven fresh processes, with the fastest and the slowest. What torch, skorch, scikit-learn
and what these import take is theirs; the library's own part is the rest: its modules, the file, the network made of it,
one prediction. Run it with the environment's own Python: ``.venv/bin/python benchmarks/speed/model_loading.py [FILE]``;
without a file, a default CNN is fitted on a few images of mnist-5k first.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS = 7
STAGES = ("interpreter", "torch", "other libraries", "this library", "whole process")

# The libraries are imported first, so that what they take is not counted as this library's.
PROCESS = """
import json, sys, time
start = time.perf_counter()
import torch
torch_done = time.perf_counter()
import numpy, pandas, scipy.stats, skorch, skorch.callbacks, sklearn.pipeline, sklearn.utils.class_weight
libraries_done = time.perf_counter()
from hdr_bench import load_model
model = load_model(sys.argv[1])
model.predict(numpy.zeros((1, model.n_features_in_), numpy.uint8))
end = time.perf_counter()
print(json.dumps([torch_done - start, libraries_done - torch_done, end - libraries_done, end - start]))
"""


def measure(path: Path) -> dict[str, float]:
    """Return the seconds of each stage of one fresh process."""
    import time

    start = time.perf_counter()
    told = subprocess.run([sys.executable, "-c", PROCESS, str(path)], check=True, capture_output=True, text=True)
    whole = time.perf_counter() - start
    torch, others, own, inside = json.loads(told.stdout)
    return dict(zip(STAGES, (whole - inside, torch, others, own, whole), strict=True))


def fit_default(folder: Path) -> Path:
    """Save a default CNN that was fitted for one epoch: how well it reads does not matter here."""
    from hdr_bench import load_dataset, make_estimator, save_model

    digits = load_dataset("mnist-5k").subsample(200)
    model = make_estimator("cnn", max_epochs=1, random_state=0).fit(digits.train.X, digits.train.y)
    return save_model(model, folder / "cnn.hdrm")


def main() -> None:
    """Measure fresh processes, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(sys.argv[1]) if len(sys.argv) > 1 else fit_default(Path(folder))
        measure(path)
        runs = [measure(path) for _ in range(RUNS)]
    for stage in STAGES:
        seconds = [run[stage] for run in runs]
        print(f"{stage:<16} median {statistics.median(seconds):.3f} s  ({min(seconds):.3f} to {max(seconds):.3f})")


if __name__ == "__main__":
    main()
