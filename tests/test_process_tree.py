"""Whose a file is: told by its name, also when a process's number was given to another process."""

import os

import pytest

from hdr_bench.files import clear_leftovers, incoming_path
from hdr_bench.process_tree import may_be_in_use, name_of_owner, start_time


def test_this_process_is_at_work_and_another_of_its_number_was_not():
    owner = name_of_owner()
    assert "-" not in owner
    assert may_be_in_use(owner)
    assert not may_be_in_use(f"{owner[:-4]}{_other(owner[-4:])}")
    # Its number alone, as earlier versions wrote it.
    assert may_be_in_use(str(os.getpid()))
    assert not may_be_in_use("999999999")
    assert not may_be_in_use(owner.replace(str(os.getpid()), "999999999"))


def test_what_another_machine_or_container_writes_is_not_judged_here():
    number, digests = name_of_owner().split(".")
    elsewhere = f"{_other(digests[:4])}{digests[4:]}"
    assert may_be_in_use(f"{number}.{elsewhere}")
    assert may_be_in_use(f"999999999.{elsewhere}")


@pytest.mark.parametrize("hidden", [1, os.getppid()])
def test_a_process_that_the_system_hides_may_be_at_work(monkeypatch, hidden):
    assert start_time(hidden)
    monkeypatch.setattr("hdr_bench.process_tree.start_time", lambda _pid: "")
    assert may_be_in_use(str(hidden))


def test_files_of_a_number_that_was_given_again_are_removed(tmp_path):
    mine = incoming_path(tmp_path)
    owner = name_of_owner()
    lost = tmp_path / mine.name.replace(owner, f"{owner[:-4]}{_other(owner[-4:])}")
    for path in (mine, lost):
        path.write_bytes(b"half")
    clear_leftovers(tmp_path)
    assert list(tmp_path.iterdir()) == [mine]


def _other(digest):
    return "0000" if digest != "0000" else "ffff"
