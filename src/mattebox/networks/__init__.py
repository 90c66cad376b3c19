"""The two networks, in PyTorch: for training and export only."""
