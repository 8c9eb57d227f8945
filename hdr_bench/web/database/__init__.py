"""Storage of the web application: pictures, readings, answers, corrections, and model versions."""
