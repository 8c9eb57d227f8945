"""The drawing of figures, several at a time."""
