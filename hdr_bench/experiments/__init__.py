"""Running and measuring: suites, trials, worker processes, the store."""
