import re
import sys
import unicodedata

import latexcodec  # noqa: F401  # it makes itself known to Python's codecs
import pandas as pd
import pytest

from hdr_bench.reporting.tables.formats import to_latex
from hdr_bench.reporting.tables.latex_text import latex_text, packages_for
from hdr_bench.reporting.tables.table import Column, make_table


def _is_known(character):
    try:
        return bool(character.encode("latex"))
    except UnicodeEncodeError:
        return False


@pytest.fixture(scope="module")
def letters():
    """The letters beyond ASCII that latexcodec knows."""
    return [
        character
        for character in map(chr, range(0x80, sys.maxunicode + 1))
        if unicodedata.category(character) in {"Lu", "Ll"} and _is_known(character)
    ]


def _bare(text):
    return text.translate(dict.fromkeys(map(ord, "{}$")))


def test_letters_that_latexcodec_knows_are_many(letters):
    assert len(letters) > 200
    assert {"ï", "ß", "ø", "Ł", "œ", "\N{LATIN SMALL LETTER DOTLESS I}", "ǰ"} <= set(letters)


@pytest.mark.parametrize("next_one", ["a", "Z", " k"])
def test_no_letter_runs_into_what_follows_it(letters, next_one):
    for letter in letters:
        written = latex_text(f"{letter}{next_one}")
        assert written.isascii()
        if f"U+{ord(letter):04X}" in written:
            continue
        expected = f"{letter.encode('latex').decode('latex')}{next_one}"
        assert _bare(written.encode("ascii").decode("latex")) == _bare(expected), letter


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("naïve Bayes", r"na{\"\i}ve Bayes"),
        ("Straße", r"Stra{\ss}e"),
        ("Gauß kernel", r"Gau{\ss} kernel"),
        ("Łukasz Sørensen", r"{\L}ukasz S{\o}rensen"),
        ("98.9–99.1", "98.9--99.1"),
        ("Cireşan, Łódź", r"Cire\c san, {\L}\'od\'z"),
        # An accent that comes as a character of its own.
        ("cafe\u0301 1", r"caf\'e 1"),
        ("\u4e2d \U0001f642", "(U+4E2D) (U+1F642)"),
        ("50 €, \N{GREEK CAPITAL LETTER OMICRON} and ¬", "50 (U+20AC), (U+039F) and (U+00AC)"),
    ],
)
def test_a_text_is_written_as_latex_reads_it(text, latex):
    assert latex_text(text) == latex


# What LaTeX and the packages that a table names define, of what is written here.
ACCENTS = set("`'^\"~=.cvuHkrbdt")
NAMES = {*"ijlLoOSP", "ss", "ae", "AE", "oe", "OE", "aa", "AA", "dag", "ddag", "copyright", "pounds"}


def _faults(latex):
    """Return what a strict reader of LaTeX would stop at: open braces, accents over nothing, characters of its own."""
    depth = 0
    for token in re.findall(r"\\[A-Za-z]+ ?|\\.|.", latex, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(token, 0)
        if depth < 0 or token in "&%#_^~":
            yield token
    if depth or "\n" in latex or not latex.isascii():
        yield latex
    yield from re.findall(r"\\[`'^\"~=.](?:[&}]|$)|\\[cvuHkrbdt](?:[&}]|$)", latex)


def test_the_strict_reader_stops_where_latex_would():
    for bad in ("{a", "a}", "50 %", "a_b", "a & b", r"\'", r"{\c}", "Straße", "a\nb"):
        assert list(_faults(bad)), bad
    assert not list(_faults(r"Stra{\ss}e\_1 \& caf\'e {\'\i}"))


@pytest.mark.parametrize("ends", [("", ""), ("a", "b"), ("", " &"), ("\\", "")])
def test_no_character_leaves_anything_open(ends):
    every = (chr(code) for code in range(1, 0x3000) if not 0xD800 <= code < 0xE000)
    for character in (*every, "\u4e2d", "\U0001f642", "\ufeff", "\udcff"):
        written = latex_text(f"{ends[0]}{character}{ends[1]}")
        outside = re.sub(r"\$[^$]*\$", "", written)
        assert not list(_faults(outside)), (character, written)
        assert written.count("$") % 2 == len(re.findall(r"\\\$", written)) % 2


def test_the_letters_of_the_world_s_names_use_commands_that_latex_has():
    letters = [chr(code) for code in range(0xC0, 0x180)]
    for letter in letters:
        written = latex_text(letter)
        names = set(re.findall(r"\\([A-Za-z]+|.)", written)) - ACCENTS - NAMES
        assert not names or packages_for(written) or "U+" in written or "$" in written, (letter, written)


def test_a_table_says_what_packages_its_letters_need():
    def heading(name):
        rows = pd.DataFrame({"case": [name]})
        return to_latex(make_table("t", "T", rows, [Column("Method", ("case",), str)])).partition("\n")[0]

    assert heading("Straße") == r"% T. Needs \usepackage{booktabs}."
    assert heading("Mączka") == r"% T. Needs \usepackage{booktabs} and \usepackage[T1]{fontenc}."
    assert packages_for(latex_text("\N{DOUBLE-STRUCK CAPITAL R}, ð")) == (
        r"\usepackage[T1]{fontenc}",
        r"\usepackage{amssymb}",
    )
