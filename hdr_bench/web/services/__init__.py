"""What the API and the pages show and change: each of it once."""
