"""Ablations: what each part of the networks gives, measured by leaving it out."""
