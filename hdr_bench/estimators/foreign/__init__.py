"""Third-party code: importing it, calling it, and knowing what it needs."""
