"""The control socket: the same call, the same result, the same error as in the node itself."""

import json
import os
import socket
import stat
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from comity.app.control import ControlServer, remote_desk
from comity.app.socket_path import MAX_ADDRESS_BYTES, SOCKET_NAME, connected
from comity.errors import ComityError, FormatError, PeerError, RuleError
from comity.kit.desk import Json


def run(operation: str, arguments: Mapping[str, Json]) -> dict[str, Json]:
    """Stand in for a node that knows a few operations."""
    match operation:
        case "echo":
            return dict(arguments)
        case "bar":
            raise RuleError("ASSIST-2", zh="只有被请求方可以确认。", en="Only the addressee may.")
        case "fail":
            raise FormatError("cbor.too-large", limit=3, what="x")
        case "wait":
            raise PeerError("store.in-use", folder="f")
        case _:
            raise ZeroDivisionError


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder whose node is served."""
    server = ControlServer(tmp_path, run)
    yield tmp_path
    server.close()


def call(folder: Path, operation: str, **arguments: Json) -> dict[str, Json]:
    desk = remote_desk(folder)
    assert desk is not None
    try:
        return desk.call(operation, arguments)
    finally:
        desk.close()


def test_a_result_comes_back_as_it_was(folder: Path) -> None:
    """Texts of any script, numbers and nesting survive."""
    told: dict[str, Json] = {"text": "𠮷\n\u0000", "number": 2**53 - 1, "list": [None, True, {}]}

    assert call(folder, "echo", **told) == told


def test_a_rule_comes_back_with_its_two_texts(folder: Path) -> None:
    """A refusal names the same rule on both sides of the socket."""
    with pytest.raises(RuleError) as caught:
        call(folder, "bar")

    assert (caught.value.code, caught.value.en) == ("ASSIST-2", "Only the addressee may.")


@pytest.mark.parametrize(
    ("operation", "family", "code"),
    [("fail", FormatError, "cbor.too-large"), ("wait", PeerError, "store.in-use")],
)
def test_an_error_comes_back_in_its_family(
    folder: Path, operation: str, family: type[ComityError], code: str
) -> None:
    """What the caller must do is the same."""
    with pytest.raises(family) as caught:
        call(folder, operation)

    assert caught.value.code == code


def test_facts_of_an_error_keep_their_kind(folder: Path) -> None:
    """A number stays a number."""
    with pytest.raises(FormatError) as caught:
        call(folder, "fail")

    assert caught.value.facts == {"limit": 3, "what": "x"}


def test_a_fault_of_ours_does_not_end_the_node(folder: Path) -> None:
    """The caller is told that the software is at fault, and the next call is served."""
    with pytest.raises(ComityError) as caught:
        call(folder, "divide")

    assert caught.value.code == "cli.unexpected"
    assert call(folder, "echo", still="there") == {"still": "there"}


@pytest.mark.parametrize(
    "line", [b"\n", b"[]\n", b"{}\n", b"\xff\n", b'{"operation": 1}\n', b"nul"]
)
def test_a_malformed_request_gets_an_answer(folder: Path, line: bytes) -> None:
    """Whatever is written to the socket, the server stays."""
    connection = connected(folder)
    assert connection is not None
    with connection, connection.makefile("rb") as answers:
        connection.sendall(line)
        connection.shutdown(socket.SHUT_WR)
        answer = json.loads(answers.readline())

    assert answer["error"]["code"] == "cli.malformed-request"
    assert answer["error"]["zh"]
    assert call(folder, "echo") == {}


def test_many_callers_are_served_at_once(folder: Path) -> None:
    """More callers than threads: everyone gets their own answer."""
    answers: list[Json] = []

    def ask(number: int) -> None:
        answers.append(call(folder, "echo", number=number)["number"])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(int(str(one)) for one in answers) == list(range(20))


def test_only_its_owner_can_reach_the_socket(folder: Path) -> None:
    """Security: the socket is as good as the party's pen."""
    assert stat.S_IMODE((folder / SOCKET_NAME).stat().st_mode) == 0o600


def test_nobody_answers_where_no_node_serves(tmp_path: Path) -> None:
    """No socket, a stale socket: both mean that the caller opens the node itself."""
    assert remote_desk(tmp_path) is None
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / SOCKET_NAME))
    left.close()

    assert remote_desk(tmp_path) is None


def test_a_stale_socket_is_replaced(tmp_path: Path) -> None:
    """A node killed at any moment can be started again."""
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / SOCKET_NAME))
    left.close()
    server = ControlServer(tmp_path, run)

    assert call(tmp_path, "echo", a=1) == {"a": 1}
    server.close()
    assert not (tmp_path / SOCKET_NAME).exists()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc, as Linux has it")
def test_a_folder_with_a_very_long_path_works_too(tmp_path: Path) -> None:
    """Socket addresses are short; folders need not be."""
    folder = tmp_path / ("long" * 40)
    folder.mkdir()
    assert len(os.fsencode(folder)) > MAX_ADDRESS_BYTES
    server = ControlServer(folder, run)

    assert call(folder, "echo", a=1) == {"a": 1}
    server.close()


def test_a_node_that_stops_says_so(tmp_path: Path) -> None:
    """The caller learns that the answer will not come."""
    server = ControlServer(tmp_path, run)
    desk = remote_desk(tmp_path)
    assert desk is not None
    server.close()

    with pytest.raises(PeerError) as caught:
        desk.call("echo", {})

    assert caught.value.code == "cli.node-went-away"
    desk.close()
