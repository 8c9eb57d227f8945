"""Random damage to archives and descriptions: a model or one clear error, and no code is run."""

import os
import pickle
import subprocess
import warnings
from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hdr_bench import load_model
from hdr_bench.exceptions import ModelFileError
from tests.helpers.model_files import RAN, members_of, nodes_of, with_tree, write_members

pytestmark = pytest.mark.usefixtures("_nothing_runs")


@pytest.fixture
def _no_code(monkeypatch):
    def harm(*_args, **_options):
        RAN.append("called")
        raise AssertionError("a file had something called")

    for module, name in ((os, "system"), (subprocess, "Popen"), (pickle, "loads"), (pickle, "load")):
        monkeypatch.setattr(module, name, harm)


CHANGES = st.lists(
    st.tuples(st.integers(0, 2**32), st.sampled_from(["flip", "cut", "double", "zero"])), min_size=1, max_size=5
)


@pytest.mark.usefixtures("_no_code")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES, is_sealed=st.booleans(), name=st.sampled_from(["tree", "svm", "linear"]))
def test_random_damage(changes, is_sealed, name, saved, tmp_path):
    """Bytes of the archive, or of a member whose archive is sealed again."""
    path = tmp_path / "m.hdrm"
    if is_sealed:
        members = members_of(saved[name])
        for place, kind in changes:
            member = sorted(members)[place % len(members)]
            members[member] = damage(members[member], place, kind)
        write_members(path, members)
    else:
        content = saved[name].read_bytes()
        for place, kind in changes:
            content = damage(content, place, kind)
        path.write_bytes(content)
    _load_or_refuse(path)


def damage(content, place, kind):
    if not content:
        return b"\0"
    place %= len(content)
    if kind == "flip":
        return content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1 :]
    if kind == "cut":
        return content[:place]
    if kind == "double":
        return content[:place] + content[place // 2 :]
    return content[:place] + bytes(min(8, len(content) - place)) + content[place + 8 :]


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from([[], {}, {"kind": "array", "place": 0}, {"kind": "again", "number": 1}, "__class__", "O", "eval"]),
)


@pytest.mark.usefixtures("_no_code")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(0, 2**32), VALUES), min_size=1, max_size=3),
    name=st.sampled_from(["tree", "svm", "knn", "cnn", "linear"]),
)
def test_values_put_anywhere(changes, name, saved, tmp_path):
    def change(tree):
        for place, value in changes:
            nodes = [node for node in nodes_of(tree) if node]
            node = nodes[place % len(nodes)]
            keys = list(node) if isinstance(node, dict) else range(len(node))
            # A value that is put into itself would make a circle, which no file can hold.
            node[keys[place // 7 % len(keys)]] = deepcopy(value)

    _load_or_refuse(with_tree(saved[name], tmp_path / "m.hdrm", change))


def _load_or_refuse(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            load_model(path)
        except ModelFileError as error:
            assert "\n" not in str(error)
