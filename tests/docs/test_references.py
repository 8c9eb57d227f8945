"""Pages that are made from the code have all of it, and links between pages lead somewhere."""

import re
from pathlib import Path

import pytest
import typer.main
from architecture import draw_architecture, read_layers
from built_links import find_broken_links
from command_reference import write_command_reference
from error_rate_summary import write_error_rates
from repository_links import ROOT, SHOWN_FILES, published_page, rewrite_links
from suite_reference import TABLES, write_suite_reference, written_key

import hdr_bench
from hdr_bench import estimators, robustness
from hdr_bench.cli import app
from hdr_bench.records.suite import Suite

API = (ROOT / "docs" / "reference" / "api.rst").read_text(encoding="utf-8")


def all_commands(group, name="hdr-bench"):
    for each, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from all_commands(command, f"{name} {each}")
        else:
            yield f"{name} {each}", command


def test_the_reference_has_every_command_with_its_options():
    sections = dict(
        re.findall(r"^##+ (hdr-bench .+?)\n(.*?)(?=^##|\Z)", write_command_reference(), re.MULTILINE | re.DOTALL)
    )
    commands = dict(all_commands(typer.main.get_command(app)))
    assert {"hdr-bench run", "hdr-bench data show"} < set(commands)
    for name, command in commands.items():
        for param in command.params:
            shown = param.opts[0] if param.param_type_name == "option" else param.metavar or param.name.upper()
            assert f"`{shown}" in sections[name], (name, shown)


def test_the_suite_format_has_every_key_of_every_table():
    page = write_suite_reference()
    for record in TABLES.values():
        for name, field in record.model_fields.items():
            if (record, name) != (Suite, "name") and not field.exclude and name != "key":
                assert f"| `{written_key(name, field)}` |" in page, (record, name)
    assert "| `case` |" in page
    assert "tuple" not in page
    assert "| `given` |" not in page


def test_the_api_names_everything_public():
    named = set(re.findall(r"^   (\w+)$", API, re.MULTILINE))
    tables = {name for name in robustness.__all__ if name.isupper()}
    assert {name for name in hdr_bench.__all__ if not name.startswith("_")} <= named
    assert set(robustness.__all__) - tables <= named
    classes = {
        entry.path.rpartition(".")[2]
        for table in (estimators.ESTIMATORS, estimators.TRANSFORMERS)
        for entry in table.values()
    }
    assert classes <= named


def test_the_drawing_has_every_layer_of_the_contract():
    names = [box.name for layer in read_layers() for box in layer]
    drawn = draw_architecture()
    assert {"cli", "reporting", "records", "names"} <= set(names)
    for name in names:
        assert re.search(rf"\b{name}\b", drawn), name


def test_the_error_rates_are_those_of_the_simulation():
    lines = write_error_rates().splitlines()
    assert lines[0] == "| seeds | pair | rule | Welch | pooled McNemar |"
    table = (ROOT / "reports" / "statistics" / "error-rates.md").read_text(encoding="utf-8")
    rows = [row.split("|") for row in table.splitlines() if row.startswith("| 3       | both alike ")]
    rates = [float(row[5].partition("±")[0]) for row in rows if len(row) == 11]
    shown = next(line for line in lines if line.startswith("| 3 | both alike |"))
    assert f" {min(rates)}–{max(rates)} |" in shown


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("[a](../../SECURITY.md#what-does-not)", "[a](../generated/security.md#what-does-not)"),
        ("[a](../../reports/quick/report.md)", '<a href="../reports/quick/report.html">a</a>'),
        ("[a](first-report.md)", "[a](first-report.md)"),
        ("[a](../../constraints.txt)", "[a](../../constraints.txt)"),
        ("[a](https://example.org/x.md)", "[a](https://example.org/x.md)"),
        ("[a](#here)", "[a](#here)"),
    ],
)
def test_links_to_files_lead_to_their_pages(link, shown):
    assert rewrite_links(link, origin="docs/start/install.md", page="start/install") == shown


def test_a_page_of_another_folder_shows_a_file_with_its_links():
    text = "[a](quick/report.md), [b](../docs/web/README.md)"
    shown = '<a href="../reports/quick/report.html">a</a>, [b](../web/README.md)'
    assert rewrite_links(text, origin="reports/README.md", page="generated/reports") == shown


def test_all_shown_files_are_there():
    assert [path for path in SHOWN_FILES if not (ROOT / path).is_file()] == []
    assert published_page("reports/speed/report.md") is None


def test_links_of_the_repository_lead_to_files():
    """What the site turns into other links is a path that works beside the code."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", ROOT / "CHANGELOG.md"]
    pages += [path for path in (ROOT / "docs").rglob("*.md") if path.relative_to(ROOT).parts[1] != "generated"]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)\s#:]+)[)#]", page.read_text("utf-8"))]
    made = ("generated/", "gallery/")
    missing = [
        (str(page.relative_to(ROOT)), link)
        for page, link in links
        if not (page.parent / link).exists() and not link.removeprefix("../").startswith(made)
    ]
    assert missing == []


def test_broken_links_of_a_built_site_are_found(tmp_path: Path):
    (tmp_path / "a.html").write_text('<a href="b.html#there">1</a><a href="b.html#gone">2</a><a href="c.html">3</a>')
    (tmp_path / "b.html").write_text('<p id="there"></p><img src="d.png"><a href="https://example.org">4</a>')
    assert sorted(find_broken_links(tmp_path)) == [
        "a.html: b.html#gone: no such anchor",
        "a.html: c.html: no such file",
        "b.html: d.png: no such file",
    ]
