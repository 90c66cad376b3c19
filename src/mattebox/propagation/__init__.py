"""Masks from keyframes to every frame."""
