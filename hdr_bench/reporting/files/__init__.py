"""A report's files, put in place whole or not at all."""
