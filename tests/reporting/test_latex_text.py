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


LETTERS = [
    character
    for character in map(chr, range(0x80, sys.maxunicode + 1))
    if unicodedata.category(character) in {"Lu", "Ll"} and _is_known(character)
]


def _bare(text):
    return text.translate(dict.fromkeys(map(ord, "{}$")))


def test_letters_that_latexcodec_knows_are_many():
    assert len(LETTERS) > 200
    assert {"ï", "ß", "ø", "Ł", "œ", "\N{LATIN SMALL LETTER DOTLESS I}", "ǰ"} <= set(LETTERS)


@pytest.mark.parametrize("next_one", ["a", "Z", " k"])
def test_no_letter_runs_into_what_follows_it(next_one):
    for letter in LETTERS:
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
        ("50 €, \N{GREEK CAPITAL LETTER OMICRON} and ¬", "50 (U+20AC), (U+039F) and (U+00AC)"),
    ],
)
def test_a_text_is_written_as_latex_reads_it(text, latex):
    assert latex_text(text) == latex


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
