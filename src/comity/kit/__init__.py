"""Parts for surfaces: what a page or a command may ask of a node."""
