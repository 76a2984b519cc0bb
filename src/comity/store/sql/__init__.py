"""Every query of the store, named."""
