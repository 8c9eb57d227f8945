"""Label audit: find labels that may be wrong, with methods that were not fitted on the images they check."""
