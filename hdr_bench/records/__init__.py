"""What is written down: frozen records, and the store that keeps them."""
