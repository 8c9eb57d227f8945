"""Estimators that do what a benchmark's methods should not, for the processes of trials to import."""

import ctypes
import hashlib
import os
import signal
import subprocess
import sys
import time
import warnings

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

_REHEARSAL_IMAGES = 200


class Behaves(ClassifierMixin, BaseEstimator):
    """A classifier whose fit does what `how` says; not in the warm-up, which has few images."""

    def __init__(self, how="well", seconds=30.0, megabytes=3000):
        self.how = how
        self.seconds = seconds
        self.megabytes = megabytes

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        if len(X) > _REHEARSAL_IMAGES:
            getattr(self, f"_{self.how}")()
        return self

    def predict(self, X):
        return np.zeros(len(X), np.int64)

    def _well(self):
        pass

    def _sleeps(self):
        time.sleep(self.seconds)

    def _prints(self):
        print("a word from the method")
        os.write(1, b"and one past Python\n")

    def _shows_how_threads_wait(self):
        child = "import os; print(os.environ.get('GOMP_SPINCOUNT'))"
        told = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True, check=True)
        warnings.warn(f"{os.environ.get('GOMP_SPINCOUNT')}, and a child's {told.stdout.strip()}", stacklevel=2)

    def _computes_on_one_processor(self):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        block = bytes(10**6)
        end = time.thread_time() + self.seconds
        while time.thread_time() < end:
            hashlib.sha256(block).digest()

    def _computes(self):
        # Native code, which gives no signal handler of Python's a turn.
        matrix = np.random.default_rng(0).normal(size=(3000, 3000))
        for _ in range(50):
            np.linalg.svd(matrix)

    def _starts_children(self):
        for _ in range(2):
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1234)"])
        subprocess.Popen(["sleep", "1234"], start_new_session=True)
        time.sleep(self.seconds)

    def _searches(self):
        from joblib import Parallel, delayed

        Parallel(n_jobs=2)(delayed(time.sleep)(self.seconds) for _ in range(2))

    def _takes_numpy(self):
        self.kept_ = np.ones(self.megabytes * 10**6, np.uint8)

    def _takes_torch(self):
        import torch

        self.kept_ = torch.ones(self.megabytes * 10**6, dtype=torch.uint8)

    def _takes_slowly(self):
        self.kept_ = []
        for _ in range(self.megabytes):
            self.kept_.append(np.ones(10**6, np.uint8))
            time.sleep(0.002)

    def _takes_in_a_child(self):
        script = f"import numpy, time; kept = numpy.ones({self.megabytes} * 10**6, numpy.uint8); time.sleep(30)"
        subprocess.run([sys.executable, "-c", script], check=False)

    def _exits(self):
        os._exit(3)

    def _quits(self):
        sys.exit("enough")

    def _segfaults(self):
        print("last words")
        ctypes.string_at(0)

    def _is_killed(self):
        os.kill(os.getpid(), signal.SIGKILL)

    def _raises(self):
        raise ValueError("not today")


class EndsItsWorker(Behaves):
    """A classifier whose fit ends the process that asked for its trial."""

    def __init__(self):
        pass

    def fit(self, X, y):
        import psutil

        self.classes_ = np.unique(y)
        # This trial, its fork server, their host, and the worker above it.
        for parent in psutil.Process().parents():
            if "hdr_bench.experiments.host" in parent.cmdline():
                psutil.Process(parent.ppid()).kill()
                time.sleep(30)
        return self


class FailsForOddSeeds(Behaves):
    """A classifier whose fit fails if its seed is odd."""

    def __init__(self, random_state=None):
        self.random_state = random_state

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        if self.random_state % 2:
            raise ValueError("an odd seed")
        return self
