"""From results to what people read: frames, statistics, figures, tables, reports."""

FORMATS = ("html", "md", "latex", "csv")
"""What a report can be written as; figures come with each."""
