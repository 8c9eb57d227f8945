import pytest

from hdr_bench.exceptions import ServerError
from hdr_bench.web.token_file import read_token


def test_a_token_is_read_without_the_end_of_its_line(tmp_path):
    file = tmp_path / "token"
    file.write_bytes(b" long t\xc3\xb6ken\xff\r\n")

    assert read_token(file) == "long töken\udcff"


def test_a_file_without_a_token_is_said(tmp_path):
    with pytest.raises(ServerError, match="cannot read the token: No such file"):
        read_token(tmp_path / "missing")
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(ServerError, match="empty: the token file is empty"):
        read_token(tmp_path / "empty")
