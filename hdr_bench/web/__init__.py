"""Web application: draw digits, upload pictures, correct the readings, and let the models learn from the corrections.

Importing this package does not import its dependencies, which the extra ``web`` installs.
"""
