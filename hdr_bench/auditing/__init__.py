"""Label audit: which labels of a data set may be wrong, by what methods say of images that they have not learned from."""
