"""Training of the two networks (needs the `train` extra)."""
