"""Neural networks, based on skorch."""
