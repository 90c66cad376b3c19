"""The `mattebox` command."""

from mattebox.cli.main import main

__all__ = ["main"]
