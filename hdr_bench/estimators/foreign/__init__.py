"""Code of others: imported, called, and known by what it needs."""
