"""The web application: draw digits, upload pictures, correct what was read, and let the models learn from it.

Importing this package loads none of its libraries, which the extra ``web`` installs.
"""
