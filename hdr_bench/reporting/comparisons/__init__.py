"""What results say of each other: pairs, runs, published figures, costs."""
