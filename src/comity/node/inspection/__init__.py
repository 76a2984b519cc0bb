"""Everything a node keeps, held against what it follows from, a little at a time."""
