"""From results to what people read: frames, statistics, figures, tables, reports."""

DEFAULT_FORMATS = ("html", "md", "latex", "csv")
"""What a report is written as by default."""

FIGURE_FORMATS = ("png", "svg", "pdf")
"""What each figure can be written as, in its own file: the page holds its figures itself."""

FORMATS = (*DEFAULT_FORMATS, *FIGURE_FORMATS)
"""What a report can be written as."""
