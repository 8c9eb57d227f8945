"""Frozen records of suites, trials and results, and the store that holds them."""
