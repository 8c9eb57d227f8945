"""Tables of results: a frame of exact values, and the same as text with no more digits than it deserves."""

from hdr_bench.reporting.tables.formats import Cell, to_cells, to_csv, to_latex, to_markdown
from hdr_bench.reporting.tables.table import Table

__all__ = ["Cell", "Table", "to_cells", "to_csv", "to_latex", "to_markdown"]
