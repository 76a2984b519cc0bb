"""The demonstration: three parties on one computer, one real case, end to end."""
