"""Sphinx settings of the documentation, which ``make docs`` builds."""

import sys
import warnings
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "extensions"), str(HERE.parent)]

import hdr_bench  # noqa: E402  # found by the line before

project = "hdr-bench"
author = "The hdr-bench developers"
project_copyright = "The hdr-bench developers"
version = release = hdr_bench.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_parser",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
    "attribute_links",
    "bound_units",
    "generated_pages",
    "mathml",
]
exclude_patterns = [
    "generated/error-rates-summary.md",
    "_static",
    "_templates",
    "extensions",
    "**/GALLERY_HEADER.rst",
    "sg_execution_times.rst",
]
templates_path = ["_templates"]

# Every reference must have a target. Types of other libraries are not linked, since that would download inventories.
nitpicky = True
suppress_warnings = ["config.cache"]
linkcheck_ignore = [r"http://127\.0\.0\.1", r"http://localhost"]
linkcheck_anchors = False

myst_enable_extensions = ["attrs_inline", "deflist"]
myst_heading_anchors = 4

autosummary_generate = True
autodoc_typehints = "none"
autodoc_class_signature = "mixed"
autodoc_default_options = {
    "exclude-members": "model_config, set_fit_request, set_score_request, set_partial_fit_request"
}
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
html_math_renderer = "mathml"

highlight_language = "none"
copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"plot_",
    "within_subsection_order": "FileNameSortKey",
    "parallel": 2,
    "min_reported_time": 0,
    "remove_config_comments": True,
    "show_memory": False,
    "show_signature": False,
    "write_computation_times": False,
    "abort_on_example_error": True,
}
# Examples draw into pages, without a window.
warnings.filterwarnings("ignore", message="FigureCanvasAgg is non-interactive")

html_theme = "pydata_sphinx_theme"
html_title = f"hdr-bench {release}"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_extra_path = ["../build/docs/published"]
html_show_sourcelink = False
html_theme_options = {
    "navbar_align": "left",
    "navigation_with_keys": False,
    "show_prev_next": True,
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc", "sg_download_links"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
