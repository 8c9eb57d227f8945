"""Names are checked where they enter, whoever gives them."""

import numpy as np
import pytest
from PIL import Image
from sklearn.tree import DecisionTreeClassifier

from hdr_bench import Case, Suite, load_dataset, run_suite
from hdr_bench.datasets import Part, add_dataset, make_dataset
from hdr_bench.exceptions import DatasetError, SuiteError, UnknownNameError
from hdr_bench.names import MOST_CHARACTERS, check_name, visible, visual_key
from tests.helpers.suites import parse_suite

ODD = {
    "control": ("a\x01b", "U\\+0001"),
    "line": ("a\nb", "U\\+000A"),
    "separator": ("a\u2028b", "U\\+2028"),
    "turned": ("a\u202eb", "U\\+202E"),
    "isolate": ("a\u2066b", "U\\+2066"),
    "half": ("a\udcffb", "the byte 0xff, which is not UTF-8|unicode"),
    "none": ("a\uffffb", "U\\+FFFF"),
}
GOOD = [
    "k-NN",
    "naïve",
    "Straße",
    "漢字",
    "עברית",
    "\u0645\u06cc\u200c\u062e\u0648",
    "\N{FAMILY}\u200d\N{GRINNING FACE}",
    "a\xa0b",
    "$x$",
]


@pytest.mark.parametrize(("name", "reason"), ODD.values(), ids=ODD)
def test_odd_names_are_refused_wherever_they_enter(name, reason):
    with pytest.raises(ValueError, match=f"U\\+|{reason}"):
        check_name(name, "the name")
    with pytest.raises(ValueError, match=reason):
        Case(name=name, estimator="knn")
    content = {"title": "T", "dataset": "digits-8x8", "case": [{"name": name, "estimator": "knn"}]}
    with pytest.raises(SuiteError, match=f"case 1 .*name: .*({reason})"):
        parse_suite(content, "own", "own.toml")
    part = Part(np.arange(32, dtype=np.uint8).reshape(8, 2, 2), np.arange(8) % 2)
    with pytest.raises(DatasetError, match=f"own: the class name .*{reason.partition('|')[0]}"):
        make_dataset("own", part, part, ["0", name])
    with pytest.raises(DatasetError, match="is not a valid name for a data set"):
        add_dataset(name, "anywhere")
    with pytest.raises(UnknownNameError, match="case"):
        run_suite("quick", only=name)


@pytest.mark.parametrize("field", ["title", "authors", "source", "machine", "notes", "claims"])
def test_texts_of_a_suite_may_have_lines_and_nothing_that_cannot_be_shown(field):
    fields = {"name": "own", "title": "T", "dataset": "digits-8x8", "cases": [Case(name="a", estimator="knn")]}
    for text, is_good in (("two\nlines", True), ("a\x1b[31m", False), ("a\u202e", False)):
        changed = fields | {field: (text,) if field in {"notes", "claims"} else text}
        if is_good:
            Suite(**changed)
            continue
        with pytest.raises(ValueError, match="cannot be shown"):
            Suite(**changed)


@pytest.mark.parametrize("name", GOOD)
def test_names_of_any_script_pass(name):
    assert Case(name=name, estimator="knn").name == name
    assert visible(name) == name


def test_blank_and_long_names_are_refused():
    for name, reason in (("", "is blank"), ("  ", "is blank"), ("x" * 201, "has 201 characters; at most 200")):
        with pytest.raises(ValueError, match=reason):
            Case(name=name, estimator="knn")
    assert Case(name="x" * MOST_CHARACTERS, estimator="knn")
    with pytest.raises(ValueError, match="at most 100 letters"):
        Suite(name="x" * 300, title="T", dataset="digits-8x8", cases=[Case(name="a", estimator="knn")])
    with pytest.raises(DatasetError, match="is not a valid name for a data set"):
        add_dataset("x" * 300, "anywhere")


@pytest.mark.parametrize(
    "name",
    ["\u200b", "\u3164", "\u2800", " \xa0\u3000", "\u200d\ufe0f", "\u0301", "\u115f\u1160", "\xad", "\U000e0001"],
)
def test_names_of_which_nothing_is_seen_are_refused_wherever_they_enter(name):
    with pytest.raises(ValueError, match="the name.* is blank; give it at least one letter or digit"):
        Case(name=name, estimator="knn")
    case = {"name": name, "estimator": "knn"}
    content = {"title": "T", "dataset": "digits-8x8", "case": [case]}
    with pytest.raises(SuiteError, match="case 1 .*name: .*is blank"):
        parse_suite(content, "own", "own.toml")
    named = {"name": "a", "estimator": "knn"}
    with pytest.raises(SuiteError, match="title: .*is blank"):
        parse_suite({**content, "title": name, "case": [named]}, "own", "own.toml")
    with pytest.raises(SuiteError, match="cannot name a suite|is blank"):
        parse_suite({**content, "case": [named]}, name, "own.toml")
    with pytest.raises(SuiteError, match="unknown transformer"):
        parse_suite({**content, "case": [{**named, "steps": [{"name": name}]}]}, "own", "own.toml")
    with pytest.raises(SuiteError, match="unknown dataset|is blank"):
        parse_suite({**content, "case": [named], "dataset": name}, "own", "own.toml")
    part = Part(np.arange(32, dtype=np.uint8).reshape(8, 2, 2), np.arange(8) % 2)
    with pytest.raises(DatasetError, match="own: the class name.* is blank"):
        make_dataset("own", part, part, ["0", name])
    with pytest.raises(DatasetError, match="the data set's name.* is blank"):
        make_dataset(name, part, part, ["0", "1"])


def test_folders_of_classes_whose_names_look_the_same_are_refused(tmp_path):
    for name in ("caf\xe9", "cafe\u0301", "tea"):
        (tmp_path / name).mkdir()
        for number in range(5):
            Image.linear_gradient("L").rotate(number).resize((8, 8)).save(tmp_path / name / f"{number}.png")
    with pytest.raises(DatasetError, match=r"the class names 'cafe\\u0301' and 'caf\\xe9' look the same; rename one"):
        load_dataset(f"folder:{tmp_path}")


@pytest.mark.parametrize(
    "other", ["k-NN\u200b", "\ufeffk-NN", "k-NN\u200d", "k\u200c-NN", "k-\xadNN", "k-NN\ufe0e", "k-NN\u3164"]
)
def test_what_is_not_seen_makes_no_other_name(other):
    with pytest.raises(ValueError, match="two cases are called"):
        Suite(
            name="own", title="T", dataset="digits-8x8", cases=[Case(name=n, estimator="knn") for n in ("k-NN", other)]
        )


def test_joiners_inside_words_make_other_names():
    word = "\u0645\u06cc\u200c\u062e\u0648"
    assert visual_key(word) != visual_key(word.replace("\u200c", ""))
    assert visual_key(word) == visual_key(word.replace("\u200c", "\u200c\u200c")) == visual_key(f"\u200c{word}\u200d")
    assert visual_key("\N{MAN}\u200d\N{WOMAN}") != visual_key("\N{MAN}\N{WOMAN}")


def test_names_that_look_the_same_are_two_of_one_name():
    assert visual_key("Caf\N{LATIN SMALL LETTER E WITH ACUTE}") == visual_key("Cafe\N{COMBINING ACUTE ACCENT}")
    for one, other in (("k NN", "k  NN "), ("\N{LATIN SMALL LETTER E WITH ACUTE}", "e\N{COMBINING ACUTE ACCENT}")):
        cases = [Case(name=name, estimator="knn") for name in (one, other)]
        with pytest.raises(ValueError, match="two cases are called"):
            Suite(name="own", title="T", dataset="digits-8x8", cases=cases)


def test_parameters_with_half_of_a_character_are_refused_and_those_of_an_object_are_not():
    with pytest.raises(
        ValueError, match=r"params\['path'\] must not have characters that UTF-8 cannot encode, got 'a\\xff'"
    ):
        Case(name="a", estimator="knn", params={"path": "a\udcff"})
    with pytest.raises(ValueError, match="params: names must not have characters that UTF-8 cannot encode"):
        Case(name="a", estimator="knn", params={"a\udcff": 1})
    model = DecisionTreeClassifier(criterion="a\udcff")
    assert Case(name="a", estimator=model).estimator is model


def test_a_folder_of_a_data_set_with_a_long_name_is_not_too_long():
    from hdr_bench.records.run_folder import default_folder

    names = {default_folder("own", f"folder:{'x' * 300}{end}").name for end in "ab"}
    assert len(names) == 2
    assert all(len(name) < 100 for name in names)
    assert default_folder("own", "openml:Fashion-MNIST").name == "own-openml-Fashion-MNIST"
