"""The wheel, built and installed in a clean environment."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def _checked(*command, **options):
    ran = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.network
@pytest.mark.timeout(600)
def test_the_wheel_works_in_a_clean_environment(tmp_path):
    _checked(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {"hdr_bench/benchmarks/quick.toml", "hdr_bench/CITATION.cff", "hdr_bench/references.bib"} <= set(names)
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "reports/"))]
    venv.create(tmp_path / "clean", with_pip=True)
    python = tmp_path / "clean" / "bin" / "python"
    # What is imported is compiled then; torch alone would take half a minute.
    _checked(python, "-m", "pip", "install", "--quiet", "--no-compile", "-c", ROOT / "constraints.txt", wheel)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = tmp_path / "clean" / "bin" / "hdr-bench"
    assert "  Nine methods" in _checked(command, "list", "suites", cwd=elsewhere, env=environment)
    # Without the optional engines the same methods run.
    suite = ["run", "quick", "--only", "[Sk][V-]*", "--samples", "200", "--quiet", "--out", "run"]
    assert "report: run/report.html" in _checked(command, *suite, cwd=elsewhere, env=environment)
    where = _checked(python, "-c", "import hdr_bench; print(hdr_bench.__file__)", cwd=elsewhere, env=environment)
    assert str(tmp_path) in where
