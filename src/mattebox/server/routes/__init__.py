"""The routes, one module per noun."""

from mattebox.server.routes.context import OpenWorkspace, responses

__all__ = ["OpenWorkspace", "responses"]
