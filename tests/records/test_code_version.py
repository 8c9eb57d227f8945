"""The hash of the code follows what decides results, and nothing else."""

import subprocess

import pytest

from hdr_bench.records.code_version import CodeVersion, version_of


def _git(folder, *arguments):
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", "-C", folder, *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path):
    for name in ("hdr_bench/__init__.py", "benchmarks/quick.toml", "constraints.txt", "reports/README.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("first\n")
    _git(tmp_path, "init", "--quiet")
    _commit(tmp_path)
    return tmp_path


def _commit(folder):
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--message", "A change")


def test_a_commit_of_results_leaves_the_code_as_it_is(checkout):
    first = version_of(checkout)
    (checkout / "reports" / "README.md").write_text("second\n")
    assert version_of(checkout) == first
    _commit(checkout)
    second = version_of(checkout)
    assert second.code == first.code
    assert second.commit != first.commit
    assert len(first.code) == 12


@pytest.mark.parametrize("name", ["hdr_bench/__init__.py", "benchmarks/quick.toml", "constraints.txt"])
def test_a_change_of_what_decides_results_is_marked_and_then_another_code(checkout, name):
    first = version_of(checkout)
    (checkout / name).write_text("second\n")
    assert version_of(checkout) == CodeVersion(first.commit + "+", first.code + "+")
    _commit(checkout)
    assert version_of(checkout).code not in (first.code, first.code + "+")


def test_a_library_that_is_installed_inside_of_another_checkout_has_no_version(checkout, tmp_path):
    inside = tmp_path / "site-packages"
    (inside / "hdr_bench").mkdir(parents=True)
    (inside / "hdr_bench" / "__init__.py").write_text("")
    assert version_of(inside) == CodeVersion("", "")
