"""The two writers of a report: HTML and Markdown, of the same header and the same sections."""

from collections.abc import Sequence
from typing import Any

import jinja2

from hdr_bench.names import visible_prose
from hdr_bench.reporting.page.header import Header
from hdr_bench.reporting.page.main_rows import axis_head, divisible, main_rows
from hdr_bench.reporting.page.published_rows import not_built, published_axis, published_rows
from hdr_bench.reporting.page.report_data import ReportData
from hdr_bench.reporting.page.sections import Section
from hdr_bench.reporting.page.sorting import head_attributes
from hdr_bench.reporting.page.triangle import triangle
from hdr_bench.reporting.tables import to_cells, to_markdown
from hdr_bench.reporting.tables.formats import escape_markdown, markdown_code
from hdr_bench.reporting.wording import bind_units


def to_html_page(data: ReportData, header: Header, sections: Sequence[Section]) -> bytes:
    """Write a report as a page that is one file.

    Parameters
    ----------
    data : ReportData
        The run, for the addresses of its methods' rows.
    header : Header
        What it opens with.
    sections : sequence of Section
        Those for HTML are taken.

    Returns
    -------
    page : bytes
    """
    chosen = [section for section in sections if "html" in section.formats]
    return render_page("report.html", header=header, sections=chosen, rows=data.rows)


def to_markdown_page(header: Header, sections: Sequence[Section]) -> bytes:
    """Write a report as Markdown.

    Parameters
    ----------
    header : Header
        What it opens with.
    sections : sequence of Section
        Those for Markdown are taken.

    Returns
    -------
    text : bytes
    """
    chosen = [section for section in sections if "md" in section.formats]
    return render_page("report.md", header=header, sections=chosen)


def render_page(name: str, package: str = "hdr_bench.reporting.page", **context: Any) -> bytes:
    """Write a page by a template.

    Parameters
    ----------
    name : str
        Of the template.
    package : str, default="hdr_bench.reporting.page"
        Whose folder ``templates`` it is in; what it includes may be in this package's.
    **context : object
        What the template names.

    Returns
    -------
    page : bytes
    """
    packages = dict.fromkeys((package, "hdr_bench.reporting.page"))
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(each) for each in packages]),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "markdown_table": to_markdown,
        "md": escape_markdown,
        "cells": to_cells,
        "code": markdown_code,
        "main_rows": main_rows,
        "axis_head": axis_head,
        "divisible": divisible,
        "published_rows": published_rows,
        "published_axis": published_axis,
        "not_built": not_built,
        "head_attributes": head_attributes,
        "bind_units": bind_units,
        "triangle": triangle,
    }
    return visible_prose(environment.get_template(name).render(context).lstrip()).encode()
