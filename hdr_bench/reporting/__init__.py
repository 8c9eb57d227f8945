"""From results to what people read: frames, statistics, figures, tables, reports."""
