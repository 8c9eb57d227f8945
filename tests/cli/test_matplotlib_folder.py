import os
import sys
from pathlib import Path

import pytest

from hdr_bench.cli.matplotlib_folder import matplotlib_folder


@pytest.fixture
def homes(monkeypatch, tmp_path):
    """A function that sets where matplotlib would write; matplotlib itself counts as not loaded."""
    monkeypatch.delitem(sys.modules, "matplotlib", raising=False)
    for name in ("MPLCONFIGDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "file").touch()

    def put(**places):
        for name, place in places.items():
            monkeypatch.setenv(name, str(tmp_path / place))

    return put


@pytest.mark.parametrize(
    "places",
    [{"HOME": "file"}, {"HOME": "file/below"}, {"MPLCONFIGDIR": "file/below"}, {"XDG_CACHE_HOME": "file"}],
    ids=str,
)
def test_where_its_own_cannot_be_written_there_is_another_for_all_processes(homes, tmp_path, places):
    homes(**{"HOME": ".", **places})
    before = dict(os.environ)
    with matplotlib_folder():
        folder = Path(os.environ["MPLCONFIGDIR"])
        (folder / "fontlist.json").write_text("{}")
        assert tmp_path not in folder.parents
    assert dict(os.environ) == before
    assert not folder.exists()


@pytest.mark.parametrize(
    "places", [{"HOME": "."}, {"HOME": "not/yet"}, {"HOME": "file", "MPLCONFIGDIR": "new"}], ids=str
)
def test_where_its_own_can_be_written_nothing_changes(homes, places):
    homes(**places)
    before = dict(os.environ)
    with matplotlib_folder():
        assert dict(os.environ) == before
