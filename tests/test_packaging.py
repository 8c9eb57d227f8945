"""The wheel, built, and installed beside nothing but the libraries that it asks for."""

import ast
import importlib.metadata
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.long


def _checked(*command, **options):
    ran = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def _requirements(distribution, extras=("",)):
    """Give the names of what a distribution asks for, here and with these extras."""
    for line in importlib.metadata.requires(distribution) or ():
        requirement = Requirement(line)
        if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in extras):
            yield canonicalize_name(requirement.name)


def _closure(names):
    """Return distributions with all that they ask for in turn."""
    found, open_names = set(), set(names)
    while open_names:
        name = open_names.pop()
        found.add(name)
        open_names |= set(_requirements(name)) - found
    return found


def _link(names, folder):
    """Put links to distributions, as they are installed here, into a folder."""
    for name in names:
        distribution = importlib.metadata.distribution(name)
        for entry in {file.parts[0] for file in distribution.files} - {"..", "__pycache__"}:
            if not (folder / entry).exists():
                (folder / entry).symlink_to(distribution.locate_file(entry))


def _modules():
    """Return the top-level modules that are installed, each with the distributions that bring it."""
    installed = importlib.metadata.packages_distributions()
    return {module: {canonicalize_name(name) for name in names} for module, names in installed.items()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    _checked(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_works_with_what_it_asks_for_alone(wheel, tmp_path):
    names = zipfile.ZipFile(wheel).namelist()
    carried = ("benchmarks/quick.toml", "CITATION.cff", "references.bib", "py.typed", "__init__.pyi")
    carried += ("models/embedded/mnist-cnn.hdrm",)
    migrations = "web/database/migrations"
    carried += (f"{migrations}/env.py", f"{migrations}/script.py.mako", f"{migrations}/versions/first_tables.py")
    assert {f"hdr_bench/{name}" for name in carried} <= set(names)
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "reports/"))]
    venv.create(tmp_path / "clean")
    python = tmp_path / "clean" / "bin" / "python"
    _checked(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-compile", wheel)
    site = Path(_checked(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    required = _closure(_requirements("hdr-bench"))
    assert "torch" in required
    assert not required & {"faiss-cpu", "scikit-learn-intelex", "distributed", "pytest"}
    _link(required, site)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = tmp_path / "clean" / "bin" / "hdr-bench"
    assert "  Nine methods" in _checked(command, "list", "suites", cwd=elsewhere, env=environment)
    # Without the optional engines the same methods run: an SVM and k-NN.
    suite = ["run", "quick", "--only", "[Sk]*[FN]", "--samples", "200", "--quiet", "--out", "run"]
    assert "report: run/report.html" in _checked(command, *suite, cwd=elsewhere, env=environment)
    where = _checked(python, "-c", "import hdr_bench; print(hdr_bench.__file__)", cwd=elsewhere, env=environment)
    assert str(tmp_path) in where
    look = "load_recognizer().recognize(numpy.zeros((1, 28, 28), numpy.uint8)).accepted"
    code = f"import numpy; from hdr_bench.pictures.recognize import load_recognizer; print({look})"
    assert "[False]" in _checked(python, "-c", code, cwd=elsewhere, env=environment)


def test_every_library_that_is_imported_is_asked_for():
    extras = ("", "fast", "pictures", "heic", "formats", "onnx", "dask", "audit", "web", "mysql", "postgresql")
    asked, modules = set(_requirements("hdr-bench", extras)), _modules()
    # The last is for type checkers alone, and comes with them.
    own = {*sys.stdlib_module_names, "hdr_bench", "_typeshed"}
    for path in sorted((ROOT / "hdr_bench").rglob("*.py")):
        for module in _imported(ast.parse(path.read_text())) - own:
            assert modules.get(module, set()) & asked, f"{path} imports {module}"


def _imported(tree):
    """Return the top-level modules that a file imports anywhere."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}
