"""From results to what people read: frames, statistics, figures, tables, reports."""

DEFAULT_FORMATS = ("html", "md", "latex", "csv")
"""What a report is written as unless it is asked for; figures as PNG and SVG come with each."""

FORMATS = (*DEFAULT_FORMATS, "pdf")
"""What a report can be written as; "pdf" adds its figures as PDF."""
