"""The HTTP rim: routes, security, and what starts and stops with the server."""
