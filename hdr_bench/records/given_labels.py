"""Names of test sets with the original labels of the data, before label decisions."""

AS_GIVEN = ", labels as given"
"""Suffix for the name of such a test set."""

OWN_TEST_PART = "test part"
"""Prefix for the name of that test set of a method's own data."""
