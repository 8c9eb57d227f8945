"""What loading a network and its first prediction take in a fresh process."""

import json
import subprocess
import sys

from hdr_bench import save_model
from tests.helpers.fitted_models import fitted

# CPU time of one process, so that what else the machine does is in neither of the two.
PROCESS = """
import json, sys, time
clock = time.process_time
start = clock()
import torch
torch_seconds = clock() - start
import numpy, pandas, scipy.stats, skorch, skorch.callbacks, sklearn.pipeline, sklearn.utils.class_weight
start = clock()
from hdr_bench import load_model
model = load_model(sys.argv[1])
model.predict(numpy.zeros((1, model.n_features_in_), numpy.uint8))
print(json.dumps([torch_seconds, clock() - start, sorted(sys.modules)]))
"""


def test_the_librarys_own_part_is_small(tmp_path):
    path = save_model(fitted("cnn"), tmp_path / "cnn.hdrm")
    told = subprocess.run([sys.executable, "-c", PROCESS, str(path)], check=True, capture_output=True, text=True)
    torch_seconds, own_seconds, modules = json.loads(told.stdout)
    assert own_seconds < torch_seconds / 2
    # Each of them takes longer than all that loading needs: the first more than torch itself.
    unneeded = {"torch._dynamo", "hdr_bench.datasets", "matplotlib", "pydantic", "sklearnex", "faiss"}
    assert unneeded.isdisjoint(modules)
