"""What will run: suites, their cases as trials, and what stands in the way."""
