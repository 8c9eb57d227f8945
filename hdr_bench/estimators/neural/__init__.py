"""Networks, skorch inside."""
