"""How long a fresh process takes from its start to a network's first answer, and how much of it is this library's.

Each figure is the median of seven fresh processes, with the fastest and the slowest. What torch, skorch, scikit-learn
and what these import take is theirs; the library's own part is the rest: its modules, the file, the network made of it,
one prediction. It is measured in processes of its own, which import the libraries first, as `load_model` does: without
looking for garbage meanwhile. Run it with the environment's own Python:
``.venv/bin/python benchmarks/speed/model_loading.py [FILE]``; without a file, the embedded model is loaded.
"""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 7

ANSWER = """
import sys
import numpy
from hdr_bench import load_model
model = load_model(sys.argv[1])
print(model.predict(numpy.zeros((1, model.n_features_in_), numpy.uint8)), flush=True)
"""

STAGES = """
import gc, json, sys, time
gc.disable()
start = time.perf_counter()
import torch
torch_done = time.perf_counter()
import numpy, pandas, scipy.stats, skorch, skorch.callbacks, sklearn.pipeline, sklearn.utils.class_weight
gc.enable()
libraries_done = time.perf_counter()
from hdr_bench import load_model
model = load_model(sys.argv[1])
model.predict(numpy.zeros((1, model.n_features_in_), numpy.uint8))
end = time.perf_counter()
print(json.dumps([torch_done - start, libraries_done - torch_done, end - libraries_done]))
"""


def time_answer(path: Path) -> dict[str, float]:
    """Return the seconds from the start of a fresh process to its answer, and from there to its end."""
    start = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", ANSWER, str(path)], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        answered = time.perf_counter()
        process.wait()
    if process.returncode:
        raise SystemExit(process.returncode)
    return {"start to first answer": answered - start, "answer to end": time.perf_counter() - answered}


def time_stages(path: Path) -> dict[str, float]:
    """Return the seconds of each stage in a fresh process."""
    command = [sys.executable, "-c", STAGES, str(path)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return dict(zip(("torch", "other libraries", "this library"), json.loads(told), strict=True))


def main() -> None:
    """Measure fresh processes, one after the other, in turn."""
    from hdr_bench.models.embedded import EMBEDDED_MODEL

    path = Path(sys.argv[1]) if len(sys.argv) > 1 else EMBEDDED_MODEL
    time_answer(path)
    runs = [time_answer(path) | time_stages(path) for _ in range(RUNS)]
    for stage in runs[0]:
        seconds = [run[stage] for run in runs]
        print(f"{stage:<22} median {statistics.median(seconds):.2f} s  ({min(seconds):.2f} to {max(seconds):.2f})")


if __name__ == "__main__":
    main()
