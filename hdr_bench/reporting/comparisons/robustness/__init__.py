"""What corruptions and attacks do to the methods of a run: numbers, tests, and what may be said of them."""
