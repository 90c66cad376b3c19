"""The matte stream: addresses, manifests, the scheduler and the segments it makes."""
