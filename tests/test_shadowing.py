"""Modules in the working folder that are named like Python's, or like installed ones, take no one's place."""

import subprocess
import sys

from hdr_bench import load_results

# What the runner, its workers, their hosts and the trials import; as a student's folder may hold them.
MODULES = (
    "random queue typing json secrets string enum re socket statistics threading copy numpy torch joblib faiss typer "
    "rich pydantic sitecustomize usercustomize"
)
PACKAGES = ("sklearn", "PIL", "pandas", "matplotlib", "multiprocessing")
TOML = """
title = "T"
dataset = "digits-8x8"
[[case]]
name = "own"
estimator = "my_method.Mine"
[[case]]
name = "tree"
estimator = "tree"
"""


def test_a_run_with_jobs_beside_modules_of_such_names(tmp_path):
    for name in MODULES.split():
        (tmp_path / f"{name}.py").write_text("print('my program')\n1 / 0\n")
    for name in PACKAGES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("1 / 0\n")
    (tmp_path / "my_method.py").write_text("from sklearn.dummy import DummyClassifier as Mine\n")
    (tmp_path / "own.toml").write_text(TOML)
    command = [sys.executable, "-m", "hdr_bench", "run", "own.toml", "--quiet", "--jobs", "2", "--threads", "1"]
    ran = subprocess.run(
        [*command, "--samples", "100", "--out", "run"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "my program" not in ran.stdout + ran.stderr
    results = load_results(tmp_path / "run")
    assert dict(zip(results["case"], results["status"], strict=True)) == {"own": "ok", "tree": "ok"}
