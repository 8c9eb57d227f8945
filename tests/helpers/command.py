"""The command, called in the process of the tests, which saves its start: that takes longest."""

import io
import os
import sys
import warnings
from subprocess import CompletedProcess

import pytest

from hdr_bench.cli import main


def call_command(*arguments, cwd=None, env=None, encoding="utf-8"):
    """Call the command, with streams of an encoding that refuse what they have no letter for."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict") for _ in range(2)]
    words = ["hdr-bench", *map(str, arguments)]
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("default")
        patch.setattr(sys, "argv", words)
        patch.setattr(sys, "path", [*sys.path])
        for name, stream in zip(("stdout", "stderr"), streams, strict=True):
            patch.setattr(sys, name, stream)
        for name, value in (env or {}).items():
            patch.setenv(name, value)
        if cwd is not None:
            patch.chdir(cwd)
        with pytest.raises(SystemExit) as ended:
            main()
    out, err = (stream.buffer.getvalue().decode(encoding).replace(os.linesep, "\n") for stream in streams)
    return CompletedProcess(words, int(ended.value.code), out, err)
