"""How commands reach the node that serves a folder: one line of JSON each way.

A request is ``{"operation": name, "arguments": {…}}``.  The answer is ``{"result": {…}}`` or
``{"error": {"family", "code", "facts", "zh", "en"}}``, from which the same error is raised
again at the other end.  Operations block, so each connection has a thread of its own.
"""

import json
import logging
import os
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Final, cast

from comity.app.socket_path import SOCKET_NAME, connected, listening
from comity.errors import (
    ComityError,
    FormatError,
    PeerError,
    ProofError,
    RuleError,
    TrustError,
)
from comity.kit.desk import Json
from comity.kit.problems import sentence

Run = Callable[[str, Mapping[str, Json]], dict[str, Json]]

journal: Final = logging.getLogger("comity.app")
MAX_LINE_BYTES: Final = 8 * 1024 * 1024
THREADS: Final = 8
FAMILIES: Final = {kind.family: kind for kind in (FormatError, TrustError, ProofError, PeerError)}


def error_as_json(error: ComityError) -> dict[str, Json]:
    """Return an error as the other end can rebuild it, with both of its sentences."""
    facts: dict[str, Json] = dict(error.facts)
    if isinstance(error, RuleError):
        zh, en = error.zh, error.en
    else:
        zh, en = sentence(error, "zh"), sentence(error, "en")
    return {
        "family": error.family,
        "code": error.code,
        "facts": facts,
        "zh": zh,
        "en": en,
    }


def error_from_json(told: Mapping[str, Json]) -> ComityError:
    """Rebuild the error that an operation raised in the node."""
    code = str(told["code"])
    facts = {
        name: fact if isinstance(fact, int) else str(fact)
        for name, fact in cast("dict[str, Json]", told["facts"]).items()
    }
    if told["family"] == RuleError.family:
        return RuleError(code, zh=str(told["zh"]), en=str(told["en"]), **facts)
    return FAMILIES.get(str(told["family"]), ComityError)(code, **facts)


def unexpected(error: Exception) -> ComityError:
    """Name a fault of ours; the traceback is shown only where COMITY_DEBUG=1 asks for it."""
    journal.warning("command failed: %s: %s", type(error).__name__, error)
    if os.environ.get("COMITY_DEBUG") == "1":
        traceback.print_exception(error, file=sys.stderr)
    return ComityError("cli.unexpected", problem=f"{type(error).__name__}: {error}"[:300])


def answer(line: bytes, run: Run) -> dict[str, Json]:
    """Run one request and return its answer; never raises."""
    try:
        request = json.loads(line)
        operation, arguments = request["operation"], request["arguments"]
    except (ValueError, KeyError, TypeError):
        return {"error": error_as_json(FormatError("cli.malformed-request"))}
    try:
        return {"result": run(str(operation), arguments)}
    except ComityError as error:
        return {"error": error_as_json(error)}
    except Exception as error:  # noqa: BLE001 - a fault of ours must not end the node
        return {"error": error_as_json(unexpected(error))}


class ControlServer:
    """The socket of a serving node.  Create it while holding the node's lock."""

    def __init__(self, folder: Path, run: Run) -> None:
        """Listen at once; ``run`` carries out an operation by its name."""
        self._folder = folder
        self._run = run
        self._listener = listening(folder)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="control")
        self._open: set[socket.socket] = set()
        self._accepting = threading.Thread(target=self._accept, name="control", daemon=True)
        self._accepting.start()

    def close(self) -> None:
        """Stop listening, let running operations end, remove the socket."""
        (self._folder / SOCKET_NAME).unlink(missing_ok=True)
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join()
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        self._pool.shutdown(wait=True)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.add(connection)
            self._pool.submit(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rwb") as stream:
                while line := stream.readline(MAX_LINE_BYTES):
                    stream.write(json.dumps(answer(line, self._run)).encode() + b"\n")
                    stream.flush()
        except OSError:
            pass  # the caller went away; the operation is done all the same
        finally:
            self._open.discard(connection)


class RemoteDesk:
    """The desk of a node that another process serves."""

    def __init__(self, connection: socket.socket) -> None:
        """Speak over a connection of the control socket."""
        self._stream = connection.makefile("rwb")
        self._connection = connection

    def call(self, operation: str, arguments: Mapping[str, Json]) -> dict[str, Json]:
        """Run an operation of the node; see ``Desk.call``.

        Raises:
            PeerError: ``cli.node-went-away`` if the node stopped before it answered.

        """
        request = {"operation": operation, "arguments": dict(arguments)}
        try:
            self._stream.write(json.dumps(request).encode() + b"\n")
            self._stream.flush()
            line = self._stream.readline()
        except OSError as error:
            raise PeerError("cli.node-went-away") from error
        if not line:
            raise PeerError("cli.node-went-away")
        told = json.loads(line)
        if "error" in told:
            raise error_from_json(told["error"])
        return cast("dict[str, Json]", told["result"])

    def close(self) -> None:
        """Hang up."""
        with suppress(OSError):  # what was not sent any more is not missed
            self._stream.close()
        self._connection.close()


def remote_desk(folder: Path) -> RemoteDesk | None:
    """Return the desk of the node that serves the folder, or ``None`` if none does."""
    connection = connected(folder)
    return None if connection is None else RemoteDesk(connection)
