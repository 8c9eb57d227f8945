"""From a photo or scan to digits."""
