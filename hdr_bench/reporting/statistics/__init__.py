"""Numbers in, numbers out: intervals, tests, letters, verdicts."""
