"""What is asked of a GPU, with a stand-in for one."""

import sys
import types

import pytest

from hdr_bench.experiments.measuring.measure import _measuring
from hdr_bench.experiments.measuring.process_state import gpu_peak_bytes, reset_gpu_peak, synchronize_gpu


class Cuda:
    """Counts what is asked of it, as `torch.cuda` would be."""

    def __init__(self, is_begun):
        self.calls, self._is_begun = [], is_begun

    def is_initialized(self):
        return self._is_begun

    def synchronize(self):
        self.calls.append("synchronize")

    def reset_peak_memory_stats(self):
        self.calls.append("reset")

    def max_memory_allocated(self):
        return 123


@pytest.fixture
def cuda(monkeypatch, request):
    cuda = Cuda(request.param)
    monkeypatch.setitem(sys.modules, "torch", types.SimpleNamespace(cuda=cuda))
    return cuda


@pytest.mark.parametrize("cuda", [True], indirect=True)
def test_a_gpu_in_use_is_waited_for_on_both_sides_of_the_clock_and_its_peak_kept(cuda):
    with _measuring(1) as cost:
        cuda.calls.append("fit")
    assert cuda.calls == ["reset", "synchronize", "fit", "synchronize"]
    assert cost.gpu_peak_bytes == 123


@pytest.mark.parametrize("cuda", [False], indirect=True)
def test_one_that_is_not_in_use_is_left_alone(cuda):
    with _measuring(1) as cost:
        pass
    assert cuda.calls == []
    assert cost.gpu_peak_bytes is None


def test_without_torch_there_is_none(monkeypatch):
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    synchronize_gpu()
    reset_gpu_peak()
    assert gpu_peak_bytes() is None
