"""Label audit: labels that may be wrong, by what methods say of images that they have not learned from."""
