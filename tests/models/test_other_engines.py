"""What oneDAL and Faiss made is read without them."""

import json
import subprocess
import sys

import numpy as np

from tests.helpers.fitted_models import digits, fitted
from tests.helpers.model_files import members_of

WITHOUT = """
import json, sys
for name in ("sklearnex", "daal4py", "onedal", "faiss"):
    sys.modules[name] = None
from importlib import util
find = util.find_spec
util.find_spec = lambda name, *rest: None if name in ("sklearnex", "faiss") else find(name, *rest)
import hdr_bench.estimators.engines as engines
engines.find_spec = util.find_spec
from hdr_bench import load_dataset, load_model
X = load_dataset("digits-8x8").test.X
for path in sys.argv[1:]:
    model = load_model(path)
    print(json.dumps([model.engine_, model.predict(X).tolist()]))
"""


def test_what_oned_al_and_faiss_made_is_read_without_them(saved):
    assert [fitted(name).engine_ for name in ("svm", "knn")] == ["onedal", "faiss"]
    paths = [str(saved[name]) for name in ("svm", "knn")]
    told = subprocess.run([sys.executable, "-c", WITHOUT, *paths], capture_output=True, text=True, check=True)
    assert told.stderr == ""
    for line, name, engine in zip(told.stdout.splitlines(), ("svm", "knn"), ("onedal", "scikit-learn"), strict=True):
        there = json.loads(line)
        assert there[0] == engine
        np.testing.assert_array_equal(there[1], fitted(name).predict(digits().test.X))


def test_nothing_of_oned_al_is_in_the_file(saved):
    for content in members_of(saved["svm"]).values():
        assert b"onedal." not in content
        assert b"sklearnex." not in content
        assert b"svm_machine" not in content
