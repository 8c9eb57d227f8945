"""Planning: suites, their cases as trials, and the checks before anything runs."""
