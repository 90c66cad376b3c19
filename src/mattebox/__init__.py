"""Mattebox: take an object out of a video with a few clicks."""

__version__ = "0.1.0"
