"""The collector of cyclic garbage: paused in a block, and afterwards as it was before."""

import gc

import pytest

from hdr_bench.experiments.planning.suite_file import load_suite
from hdr_bench.garbage_collection import pause_collection


@pytest.fixture
def collector():
    was_enabled = gc.isenabled()
    yield
    (gc.enable if was_enabled else gc.disable)()


@pytest.mark.usefixtures("collector")
@pytest.mark.parametrize("switch", [gc.enable, gc.disable])
def test_after_the_block_the_collector_is_as_the_caller_left_it(switch):
    switch()
    before = gc.isenabled()
    with pause_collection():
        assert not gc.isenabled()
    assert gc.isenabled() == before
    with pytest.raises(ZeroDivisionError), pause_collection():
        1 / 0  # noqa: B018
    assert gc.isenabled() == before
    load_suite("quick")
    assert gc.isenabled() == before
