"""What parties do with one another, one folder each; none knows another."""
