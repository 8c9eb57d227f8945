"""Tables of what corruptions and attacks do to the methods of a run."""
