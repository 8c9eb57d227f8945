"""What the web application stores: pictures, readings, answers, corrections, and versions of models."""
