"""What is cited for a suite: the library, its data, its source, each method's paper."""

import re
from dataclasses import replace

import pytest
import yaml
from pybtex.database import parse_string
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier

import hdr_bench
from hdr_bench import Case, Suite, load_suite
from hdr_bench.bibliography import (
    DATASETS,
    LIBRARIES,
    OTHER_METHODS,
    as_plain_text,
    parse_bibtex,
    references,
)
from hdr_bench.datasets import list_datasets
from hdr_bench.estimators import ESTIMATORS, TRANSFORMERS, MLPClassifier
from hdr_bench.exceptions import BibliographyError, SuiteError, UnknownNameError
from hdr_bench.reporting.citing import citation_file, citations, to_bibtex, to_plain_text
from hdr_bench.robustness import ATTACKS, CORRUPTIONS
from tests.helpers.command import call_command
from tests.helpers.suites import parse_suite

OWN = "@article{doe2020, author = {Doe, Jane}, title = {My {CNN}}, journal = {Journal of Digits}, year = {2020}}"


def _suite(**changes):
    case = {"name": "k-NN", "estimator": "knn", **changes.pop("case", {})}
    return parse_suite({"title": "T", "dataset": "digits-8x8", "case": [case], **changes}, "own", "own.toml")


def test_what_the_tables_name_is_in_the_bibliography():
    keys = {key for table in (DATASETS, OTHER_METHODS, LIBRARIES) for keys in table.values() for key in keys}
    entries = (*ESTIMATORS.values(), *TRANSFORMERS.values(), *CORRUPTIONS.values(), *ATTACKS.values())
    keys |= {key for entry in entries for key in entry.cites}
    assert keys == set(references().entries)
    assert all(entry.cites for entry in ESTIMATORS.values())
    assert set(list_datasets()) <= set(DATASETS)


def test_a_suite_is_cited_by_the_library_the_data_and_each_methods_paper():
    found = {citation.subject: citation for citation in citations(load_suite("quick"))}
    assert found["SVM, linear; SVM, RBF"].keys == ("cortes1995",)
    assert found["Data set mnist-5k"].keys == ("lecun1998", "raschka2018")
    assert found["Networks"].keys == ("paszke2019", "tietz2017")
    assert "hdr-bench: A Python library" in found["This library"].references[0]
    assert not any(citation.note for citation in found.values())


def test_the_suites_source_and_a_cases_own_paper():
    suite = _suite(bibtex=OWN.replace("doe2020", "source1"), case={"bibtex": OWN, "steps": [{"name": "deskew"}]})
    found = {citation.subject: citation for citation in citations(suite)}
    assert found["Source of the suite"].keys == ("source1",)
    papers = [citation.keys for citation in citations(suite) if citation.subject == "k-NN"]
    assert papers == [("cover1967",), ("lecun1998",), ("doe2020",)]
    plain = _suite(authors="Doe, J.", source="A report")
    assert "Doe, J.: A report." in to_plain_text(citations(plain))


@pytest.mark.parametrize(
    ("estimator", "is_ours"),
    [
        ("mlp", True),
        ("hdr_bench.estimators.MLPClassifier", True),
        ("hdr_bench.estimators.neural.mlp.MLPClassifier", True),
        ("sklearn.neural_network.MLPClassifier", False),
        ("sklearn.neural_network._multilayer_perceptron.MLPClassifier", False),
        (MLPClassifier(), True),
        (SklearnMLPClassifier(), False),
    ],
)
def test_only_this_librarys_networks_compute_with_torch_and_skorch(estimator, is_ours):
    suite = Suite(name="own", title="T", dataset="digits-8x8", cases=[Case(name="MLP", estimator=estimator)])
    found = {citation.subject: citation for citation in citations(suite)}
    assert ("Networks" in found) == is_ours
    assert found["MLP"].keys == ("rumelhart1986",)


def test_a_network_among_the_parameters_of_another_estimator_is_cited():
    one = {"estimator": {"estimator": "mlp", "params": {"layers": "8N"}}}
    suite = _suite(case={"estimator": "sklearn.multiclass.OneVsRestClassifier", "params": one})
    found = {citation.subject: citation.keys for citation in citations(suite)}
    assert found["Networks"] == ("paszke2019", "tietz2017")
    assert found["k-NN"] == ("rumelhart1986",)


def test_zalandos_table_asks_nobody_to_cite_pytorch():
    text = to_bibtex(citations(load_suite("zalando-2017")))
    assert "paszke2019" not in text
    assert "tietz2017" not in text
    assert "rumelhart1986" in text


def test_a_class_of_another_library_is_not_taken_for_one_that_is_known(tmp_path, monkeypatch):
    (tmp_path / "elsewhere.py").write_text("from sklearn.svm import SVC as Base\nclass SVC(Base): pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = {citation.subject: citation for citation in citations(_suite(case={"estimator": "elsewhere.SVC"}))}
    assert found["k-NN"].note.startswith("no reference is known")


@pytest.mark.parametrize("name", ESTIMATORS)
def test_every_estimator_is_cited_alike_by_its_name_and_its_path(name):
    by_name, by_path = (citations(_suite(case={"estimator": text})) for text in (name, ESTIMATORS[name].path))
    assert by_name == by_path
    papers = [citation.keys for citation in by_name if citation.subject == "k-NN"]
    assert sum(papers, ()) == ESTIMATORS[name].cites


def test_a_key_that_the_bibliography_lacks_is_an_error_that_names_the_nearest(monkeypatch):
    monkeypatch.setitem(ESTIMATORS, "knn", replace(ESTIMATORS["knn"], cites=("cover1968",)))
    nearest = r"unknown key of references\.bib 'cover1968'\. Did you mean 'cover1967'"
    with pytest.raises(UnknownNameError, match=nearest):
        citations(_suite(case={"estimator": "knn"}))


def test_what_no_reference_is_known_for_says_so():
    suite = _suite(case={"estimator": "sklearn.dummy.DummyClassifier"}, dataset="npz:own.npz")
    notes = {citation.subject: citation.note for citation in citations(suite) if citation.note}
    assert notes == {
        "k-NN": "no reference is known; give the case a bibtex in the suite",
        "Data set npz:own.npz": "no reference is known; give what its source asks for",
    }
    assert "no reference is known" in to_plain_text(citations(suite))


def test_the_bibtex_is_read_again_and_has_each_entry_once():
    text = to_bibtex(citations(load_suite("mnist")))
    read = parse_string(text, "bibtex")
    assert len(read.entries) == text.count("@")
    assert read.entries["lecun1998"].fields["doi"] == "10.1109/5.726791"
    assert "Léon Bottou" in as_plain_text(read)[list(read.entries).index("lecun1998")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@misc{doe, title", "this is not valid BibTeX"),
        ("Doe, J. (2020)", "has no entry"),
        ("@article{doe, title = {Digits}}", "cannot be formatted as a reference: missing author"),
    ],
)
def test_bibtex_that_cannot_be_read_is_refused_before_anything_runs(text, message):
    with pytest.raises(BibliographyError, match=message):
        parse_bibtex(text)
    with pytest.raises(SuiteError, match=f"own.toml.*(\n.*)*bibtex: .*{message}"):
        _suite(bibtex=text)
    with pytest.raises(SuiteError, match=message):
        _suite(case={"bibtex": text})


def test_the_command_prints_words_and_bibtex():
    both = call_command("cite", "quick")
    assert both.returncode == 0, both.stderr
    assert "Corinna Cortes and Vladimir Vapnik. Support-vector networks." in both.stdout
    assert "@article{cortes1995," in both.stdout
    missing = call_command("cite", "quik")
    assert missing.returncode == 2
    assert "Did you mean 'quick'" in missing.stderr


def test_the_citation_file_is_valid():
    from cffconvert import Citation

    citation = Citation(citation_file().read_text(encoding="utf-8"))
    citation.validate()
    assert "hdr-bench" in citation.as_bibtex()


def test_the_package_its_citation_and_the_changelog_name_one_version_and_day():
    cff = yaml.safe_load(citation_file().read_text(encoding="utf-8"))
    assert cff["version"] == hdr_bench.__version__
    changelog = (citation_file().parent / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## \[(\d.*?)\] - (\S+)", changelog, flags=re.MULTILINE)[0] == (
        cff["version"],
        cff["date-released"].isoformat(),
    )
    assert f"Version {cff['version']}" in call_command("cite", "quick", "--format", "text").stdout
    assert f'note = "Version {cff["version"]}"' in call_command("cite", "quick", "--format", "bibtex").stdout
