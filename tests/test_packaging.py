"""The wheel, built, and installed beside nothing but the libraries that it asks for."""

import ast
import importlib.metadata
import os
import subprocess
import sys
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PIL import Image

import hdr_bench

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


@dataclass(frozen=True)
class Installed:
    """The wheel in an environment of its own, with a working folder outside of it."""

    bin: Path
    folder: Path

    def run(self, program, *arguments):
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return subprocess.run(
            [self.bin / program, *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def output_of(self, program, *arguments):
        ran = self.run(program, *arguments)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout


def _install(wheel, required, folder):
    venv.create(folder / "clean")
    python = folder / "clean" / "bin" / "python"
    _checked(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-compile", wheel)
    site = Path(_checked(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    _link(required, site)
    (folder / "elsewhere").mkdir()
    return Installed(python.parent, folder / "elsewhere")


@pytest.fixture(scope="module")
def alone(wheel, tmp_path_factory):
    """The wheel with what it asks for, and no extra."""
    required = _closure(_requirements("hdr-bench"))
    assert "torch" in required
    assert not required & {"faiss-cpu", "scikit-learn-intelex", "distributed", "pytest"}
    return _install(wheel, required, tmp_path_factory.mktemp("alone"))


@pytest.fixture(scope="module")
def with_web(wheel, tmp_path_factory):
    """The wheel with the extras that others are of use with."""
    required = _closure(_requirements("hdr-bench", ("", "pictures", "web")))
    return _install(wheel, required, tmp_path_factory.mktemp("web"))


def test_the_wheel_has_what_it_needs_and_no_more(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    carried = ("benchmarks/quick.toml", "CITATION.cff", "references.bib", "py.typed", "__init__.pyi")
    carried += ("models/embedded/mnist-cnn.hdrm",)
    migrations = "web/database/migrations"
    carried += (f"{migrations}/env.py", f"{migrations}/script.py.mako", f"{migrations}/versions/first_tables.py")
    assert {f"hdr_bench/{name}" for name in carried} <= set(names)
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "reports/"))]


def test_the_wheel_works_with_what_it_asks_for_alone(alone):
    assert "  Nine methods" in alone.output_of("hdr-bench", "list", "suites")
    # Without the optional engines the same methods run: an SVM and k-NN.
    suite = ["run", "quick", "--only", "[Sk]*[FN]", "--samples", "200", "--quiet", "--out", "run"]
    assert "report: run/report.html" in alone.output_of("hdr-bench", *suite)
    assert str(alone.bin.parent) in alone.output_of("python", "-c", "import hdr_bench; print(hdr_bench.__file__)")
    look = "load_recognizer().recognize(numpy.zeros((1, 28, 28), numpy.uint8)).accepted"
    code = f"import numpy; from hdr_bench.pictures.recognize import load_recognizer; print({look})"
    assert "[False]" in alone.output_of("python", "-c", code)


def test_the_installed_wheel_gives_one_version_everywhere(alone):
    version = hdr_bench.__version__
    assert alone.output_of("hdr-bench", "--version") == f"hdr-bench {version}\n"
    assert f"Version {version}" in alone.output_of("hdr-bench", "cite", "quick")
    read = "from importlib.metadata import version; print(version('hdr-bench'))"
    assert alone.output_of("python", "-c", read) == f"{version}\n"


# The beginnings of files; none is read further without its library.
FILES = {
    "a.h5": b"\x89HDF\r\n\x1a\n",
    "a.mat": b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM" + bytes(384) + b"\x89HDF\r\n\x1a\n",
    "a.parquet": b"PAR1",
    "a.heic": b"\x00\x00\x00\x18ftypheic",
}
FIT = ("fit", "--dataset", "digits-8x8", "--out")


def _name_missing(installed, extra, library, arguments):
    for name, content in FILES.items():
        (installed.folder / name).write_bytes(content)
    Image.new("L", (90, 60), 255).save(installed.folder / "page.png")
    ran = installed.run("hdr-bench", *arguments)
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert f"run: pip install 'hdr-bench[{extra}]'" in ran.stderr
    assert library in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not [*installed.folder.glob("made.*")]


@pytest.mark.parametrize(
    ("extra", "library", "arguments"),
    [
        ("pictures", "scikit-image", ("read", "page.png")),
        ("formats", "h5py", ("data", "show", "h5:a.h5")),
        ("formats", "h5py", ("data", "show", "mat:a.mat")),
        ("formats", "pyarrow", ("data", "show", "parquet:a.parquet")),
        ("onnx", "onnx", (*FIT, "made.onnx", "linear", "--format", "onnx")),
        ("audit", "cleanlab", ("audit", "digits-8x8")),
        ("web", "alembic", ("serve",)),
        ("dask", "distributed", ("run", "quick", "--backend", "dask", "--scheduler", "tcp://127.0.0.1:1")),
        ("fast", "faiss", (*FIT, "made.hdrm", "knn", "--param", "engine=faiss")),
        ("fast", "sklearnex", (*FIT, "made.hdrm", "svm", "--param", "engine=onedal")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_without_an_extra_the_error_names_it(alone, extra, library, arguments):
    _name_missing(alone, extra, library, arguments)


@pytest.mark.parametrize(
    ("extra", "library", "arguments"),
    [
        ("heic", "pillow-heif", ("read", "a.heic")),
        ("mysql", "pymysql", ("serve", "--database", "mysql://host/name")),
        ("postgresql", "psycopg", ("serve", "--database", "postgresql://host/name")),
    ],
)
def test_without_an_extra_of_pictures_or_the_web_application_the_error_names_it(with_web, extra, library, arguments):
    _name_missing(with_web, extra, library, arguments)


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
