"""Generators of test footage that any test may use."""
