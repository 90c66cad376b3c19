"""Run the server until it is told to stop."""

from __future__ import annotations

import gc
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

import structlog
import uvicorn
from fastapi import FastAPI

from mattebox.allocator import share_arenas
from mattebox.errors import InputError
from mattebox.server.app import create_app
from mattebox.settings import Settings


class _Server(uvicorn.Server):
    """Ends event streams and work on the first signal, so that open pages do not hold it up."""

    def __init__(self, config: uvicorn.Config, interrupt: Callable[[], None]) -> None:
        super().__init__(config)
        self._interrupt = interrupt

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """Begin to stop; a second interrupt does not wait for open requests."""
        # In a thread, for the signal may have come while this one holds a lock that is needed.
        threading.Thread(target=self._interrupt, name="interrupt").start()
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


def run_server(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        settings: The knobs.
        ready: Told the address of the page once the server can serve.

    Raises:
        InputError: The settings are unsafe, the port is taken, or the data folder is in use.
    """
    share_arenas()
    _configure_log(settings.log_level)
    settings.check()
    with _listen(settings.host, settings.port) as listener:
        address = _address(listener, settings)

        def told() -> None:
            settle()
            ready(address)

        app = create_app(settings, told)
        _Server(_config(app, settings), app.state.workspace.interrupt).run(sockets=[listener])


def settle() -> None:
    """Have whatever is loaded by now never again looked through for garbage.

    It stays until the end. Looking through all of it took a third of a second in which nobody was
    answered, and came again and again while masks were propagated.
    """
    gc.collect()
    gc.freeze()


def _config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_level=settings.log_level,
        # Addresses may carry the token.
        access_log=settings.log_level in {"debug", "info"} and settings.token is None,
        timeout_graceful_shutdown=max(1, round(settings.shutdown_s)),
        server_header=False,
    )


def _listen(host: str, port: int) -> socket.socket:
    bare = host.strip("[]")
    family = socket.AF_INET6 if ":" in bare else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((bare, port))
    except OSError as error:
        listener.close()
        raise InputError(
            f"The server cannot listen on {host}:{port} ({error.strerror}); choose another --port."
        ) from error
    return listener


def _address(listener: socket.socket, settings: Settings) -> str:
    host = settings.host.strip("[]")
    port = listener.getsockname()[1]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def _configure_log(level: str) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
