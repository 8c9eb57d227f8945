"""The blocks of a report, and what its page shows."""
