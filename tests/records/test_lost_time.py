"""What neighbours cost a call, on numbers."""

import pytest

from hdr_bench.kernel import ExternalLoad
from hdr_bench.records.lost_time import DISTURBED_FROM, Call, is_disturbed, seconds_alone, share_waited


def _share(*waits, ran, stolen=0.0, wall=2.0, cpu=2.0, threads=2):
    return share_waited(Call(wall, cpu, threads, waits), ExternalLoad(ran, stolen))


def test_the_wait_is_at_most_what_others_ran_and_a_hypervisor_took():
    assert _share(0.0, ran=8.0) == 0
    assert _share(1.0, ran=0.0) == 0
    assert _share(1.0, ran=1.0) == pytest.approx(1.0)
    assert _share(1.0, ran=0.5) == pytest.approx(0.5 / 1.5)
    # Of what was stolen the trial has the part that it has of the work.
    assert _share(0.0, ran=0.0, stolen=0.5) == pytest.approx(0.5 / 1.5)
    assert _share(0.0, ran=2.0, stolen=0.5) == pytest.approx(0.25 / 1.75)
    # A method that uses one of two threads: the other one's idle time is no wait.
    assert _share(0.2, ran=2.2, cpu=1.8) == pytest.approx(0.2 / 1.8)
    # Without the processors' counters the delay is all there is.
    assert share_waited(Call(2.0, 1.0, 1, (1.0,)), None) == 1


def test_threads_that_wait_in_turn_hold_each_other_up_in_turn():
    # Each of two threads waited a tenth of the time, and the other one slept at the barrier meanwhile.
    assert _share(0.2, 0.2, ran=0.5, cpu=3.2) == pytest.approx(0.4 / 1.6)
    # Both computed nearly all of the time: they waited at the same time.
    assert _share(0.2, 0.2, ran=0.5, cpu=3.6) == pytest.approx(0.2 / 1.8)
    # More threads than were allowed: what each computed says nothing of the waits.
    assert _share(0.2, 0.2, 0.2, ran=2.0, cpu=6.0) == pytest.approx(0.6 / 1.4)


def test_a_share_is_finite():
    assert _share(2.0, 2.0, ran=4.0, cpu=0.0) == pytest.approx(99)


@pytest.mark.parametrize("stretch", [1.2, 2.0, 10.0, 100.0])
def test_the_time_alone_is_between_processor_time_shared_and_whole(stretch):
    # A method with one thread, and one with two: the shares are right.
    assert seconds_alone(5.0 * stretch, 5.0, 2, stretch - 1) == pytest.approx(5.0)
    assert seconds_alone(5.0 * stretch, 10.0, 2, stretch - 1) == pytest.approx(5.0)
    # Shares that are far too large or too small are off by the number of threads at most.
    assert seconds_alone(5.0 * stretch, 10.0, 2, 99.0) == pytest.approx(5.0)
    assert seconds_alone(5.0 * stretch, 10.0, 2, 0.16) <= 10.0


def test_processes_of_a_call_compute_more_at_a_time_than_its_threads():
    assert seconds_alone(20.0, 40.0, 1, 1.0) == pytest.approx(10.0)


def test_undisturbed_and_unmeasured_times_stand():
    assert seconds_alone(5.0, 1.0, 2, DISTURBED_FROM) == 5.0
    assert seconds_alone(5.0, 1.0, 2, None) == 5.0
    assert seconds_alone(6.0, None, 2, 1.0) == 3.0


def test_times_without_the_measurement_are_disturbed_by_other_trials():
    assert is_disturbed(None, 2)
    assert not is_disturbed(None, 1)
    assert not is_disturbed(DISTURBED_FROM, 4)
    assert is_disturbed(DISTURBED_FROM + 0.01, 1)
