"""Real nodes: processes of the command ``comity``, in folders of their own, on free ports.

Nothing here knows more than the command line says.  ``spoken`` runs a command line in this
process, which is the same code without the second that a new process takes.
"""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, Final

from comity.app.caller import Caller
from comity.app.cli import run
from comity.app.control import remote_desk
from comity.kit.language import Language

COMITY: Final = (sys.executable, "-m", "comity")
SECONDS: Final = 60
TEXTS: Final = {"en": "Please keep the logs.", "zh": "请保全日志，编号“𠮷野家〇𰻝”。"}
FIELDS: Final[dict[str, Any]] = {
    "incident_id": "E2E-1",
    "detected_at": "2026-11-20T02:31:00Z",
    "reported_at": "2026-11-20T03:00:00Z",
    "classification": "malicious-code",
    "assets": ["203.0.113.77"],
    "impact": {"en": "mail outage", "zh": "邮件中断"},
    "evidence": [{"en": "see attachment", "zh": "见附件"}],
    "action_asked": dict(TEXTS),
    "tlp": "AMBER",
    "pap": "GREEN",
}
"""What the profile ``csirt-incident`` asks for."""

Ended = subprocess.CompletedProcess[str]


def comity(*words: str | Path, lang: str = "en", seconds: float = SECONDS) -> Ended:
    """Run a command in a process of its own; whatever it says, it never shows a traceback."""
    ended = subprocess.run(
        [*COMITY, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "COMITY_LANG": lang},
    )
    assert "Traceback" not in ended.stderr + ended.stdout, ended.stderr
    return ended


def done(*words: str | Path, seconds: float = SECONDS) -> str:
    """Run a command that must succeed and return what it printed."""
    ended = comity(*words, seconds=seconds)
    assert ended.returncode == 0, f"{words}: {ended.stderr or ended.stdout}"
    return ended.stdout


def spoken(*words: str | Path, lang: Language = "en") -> Ended:
    """Run a command line as ``comity`` does, in this process."""
    caller = Caller(lang)
    out, err = StringIO(), StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = run(["--lang", lang, *map(str, words)], caller)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        caller.close()
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def until(condition: Callable[[], object], seconds: float = SECONDS) -> None:
    """Wait until something holds."""
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "it did not come about"
        time.sleep(0.05)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True, kw_only=True)
class Node:
    """A node's folder, and the process that serves it, if one does."""

    folder: Path
    port: int
    party: str = ""
    words: tuple[str, ...] = ()
    """What ``serve`` is told beside the folder."""
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def heard(self) -> str:
        """What the serving process has printed so far, whichever process it was."""
        return (self.folder.parent / f"{self.folder.name}.heard").read_text(errors="replace")

    def start(self, *, wait: bool = True) -> None:
        """Serve, and wait for the line that says so."""
        path = self.folder.parent / f"{self.folder.name}.heard"
        with path.open("wb") as out:
            self.process = subprocess.Popen(
                [*COMITY, "serve", str(self.folder), *self.words],
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        if wait:
            self.wait()

    def wait(self) -> None:
        """Wait until the node says that it is ready."""
        until(lambda: "ready " in self.heard or self.ended)
        assert "ready " in self.heard, self.heard

    @property
    def ended(self) -> bool:
        """Whether the process is no more."""
        return self.process is None or self.process.poll() is not None

    def stop(self, how: int = signal.SIGTERM) -> int | None:
        """End the process, if there is one, and return its status."""
        process, self.process = self.process, None
        if process is None:
            return None
        with suppress(ProcessLookupError):
            process.send_signal(how)
        return process.wait(SECONDS)

    def run(self, *words: str | Path, lang: str = "en", seconds: float = SECONDS) -> Ended:
        """Run a command on this node, in a process of its own."""
        return comity("--node", self.folder, *words, lang=lang, seconds=seconds)

    def spoken(self, *words: str | Path, lang: Language = "en") -> Ended:
        """Run a command on this node from this process."""
        return spoken("--node", self.folder, *words, lang=lang)

    def json(self, *words: str | Path, seconds: float = SECONDS) -> dict[str, Any]:
        """Run a command that must succeed, in a process of its own, and return its JSON."""
        told: dict[str, Any] = json.loads(
            done("--node", self.folder, *words, "--json", seconds=seconds)
        )
        return told

    def told(self, *words: str | Path) -> dict[str, Any]:
        """As ``json``, from this process."""
        ended = self.spoken(*words, "--json")
        assert ended.returncode == 0, f"{words}: {ended.stderr}"
        told: dict[str, Any] = json.loads(ended.stdout)
        return told

    def counts(self) -> tuple[int, int]:
        """Return how much the log holds, and how much the officers have said."""
        desk = remote_desk(self.folder)
        if desk is None:
            found = self.json("doctor")
        else:
            found = desk.call("doctor", {})
            desk.close()
        return int(str(found["log_size"])), int(str(found["said"]))

    def rows(self) -> tuple[int, int, int]:
        """Return what the database holds, what persons said of it, and what our officers said.

        As ``counts``, but without the doctor, and so cheaply.
        """
        with closing(sqlite3.connect(f"file:{self.folder}/node.db?mode=ro", uri=True)) as db:
            size, spoken, said = db.execute(
                "SELECT count(*), sum(by_node = 0), sum(by_node = 0 AND ours = 1) FROM statement"
            ).fetchone()
        return size, spoken, said

    def phase(self, case: str) -> str:
        """Return where a case stands here; nothing if it is not here yet."""
        ended = self.spoken("assistance", "show", case, "--json")
        return str(json.loads(ended.stdout)["phase"]) if ended.returncode == 0 else ""


def founded(folder: Path, name: str = "Team", *words: str | Path) -> Node:
    """Set up a node."""
    port = free_port()
    listen = f"127.0.0.1:{port}"
    made = spoken("init", folder, "--name-en", name, "--listen", listen, *words, "--json")
    assert made.returncode == 0, made.stderr
    return Node(folder=folder, port=port, party=str(json.loads(made.stdout)["party"]))


def acquainted(one: Node, other: Node) -> None:
    """Hand each the other's card."""
    for here, there in ((one, other), (other, one)):
        card = there.folder.parent / f"{there.folder.name}.card"
        there.told("card", "--out", card)
        here.told("meet", card)


@dataclass(slots=True, kw_only=True)
class Pair:
    """Two nodes that serve, and a mechanism of both in force."""

    folder: Path
    a: Node
    b: Node
    mechanism: str
    root: str

    @property
    def ends(self) -> tuple[Node, Node]:
        """Asker and asked."""
        return self.a, self.b

    def form(self, **changed: Any) -> Path:
        """Write a fields file; ``None`` leaves a field out."""
        path = self.folder / f"fields-{time.monotonic_ns()}.json"
        filled = {name: value for name, value in (FIELDS | changed).items() if value is not None}
        path.write_text(json.dumps(filled, ensure_ascii=False), "utf-8")
        return path

    def asking(self, form: Path, *attached: Path, **changed: str) -> list[str | Path]:
        """Return the words of a request."""
        told = {"mechanism": self.mechanism, "to": self.b.party, "profile": "csirt-incident"}
        words: list[str | Path] = ["assistance", "submit"]
        for name, value in (told | changed).items():
            words += [f"--{name}", value]
        return [*words, "--fields", form, *(w for path in attached for w in ("--attach", path))]

    def ask(self, *attached: Path, **changed: Any) -> str:
        """Ask, wait until it is delivered, and return the case."""
        asked = self.a.told(*self.asking(self.form(**changed), *attached))
        case = str(asked["subject"])
        until(lambda: self.a.phase(case) == "delivered" == self.b.phase(case), 300)
        return case

    def step(self, by: Node, verb: str, case: str, *words: str | Path) -> None:
        """Say something, and wait until the other end has it too."""
        other = self.b if by is self.a else self.a
        by.told("assistance", verb, case, *words)
        until(lambda: f"assistance.{verb}" in kinds(other, case))

    def settle(self, case: str) -> None:
        """Wait until both ends tell one story, with both receipts on all of it."""
        until(lambda: story(self.a, case) == story(self.b, case) and self._receipted(case))

    def rest(self, seconds: float = 1.2) -> None:
        """Wait until the nodes have nothing more to say by themselves, either."""
        before, since = None, time.monotonic()
        while time.monotonic() - since < seconds:
            now = [node.rows() for node in self.ends]
            if now != before:
                before, since = now, time.monotonic()
            time.sleep(0.05)

    def _receipted(self, case: str) -> bool:
        told = [node.told("assistance", "show", case)["statements"] for node in self.ends]
        logs = [
            [{each["log"] for each in said["receipts"] if each["verified"]} for said in end]
            for end in told
        ]
        return all(len(held) == len(self.ends) for end in logs for held in end)


def kinds(node: Node, case: str) -> list[str]:
    """Return what was said on a case, by kind, as this end tells it."""
    ended = node.spoken("assistance", "show", case, "--json")
    told: Mapping[str, Any] = json.loads(ended.stdout) if ended.returncode == 0 else {}
    return [each["kind"] for each in told.get("statements", ())]


def story(node: Node, case: str) -> list[str]:
    """Return what two ends must agree on: the phase, and each statement with its effect."""
    told = node.told("assistance", "show", case)
    said = [f"{each['statement']} {each['effect']}" for each in told["statements"]]
    return [str(told["phase"]), *said]


@contextmanager
def pair_in(folder: Path, *words: str) -> Iterator[Pair]:
    """Found two nodes that serve and a mechanism of both; ``words`` go to ``mechanism found``."""
    a, b = founded(folder / "a", "Ministry A"), founded(folder / "b", "Ministry B")
    acquainted(a, b)
    try:
        for node in (a, b):
            node.start(wait=False)
        for node in (a, b):
            node.wait()
        names = ("--name-en", "Joint dialogue", "--name-zh", "联合对话")
        # No settling period: what the nodes say by themselves, they say at once.
        made = a.told("mechanism", "found", *names, "--member", b.party, "--settle", "0", *words)
        mechanism = str(made["subject"])
        until(lambda: b.spoken("mechanism", "accede", mechanism).returncode == 0)
        until(lambda: a.told("mechanism", "show", mechanism)["in_force"])
        yield Pair(folder=folder, a=a, b=b, mechanism=mechanism, root=str(made["root"]))
    finally:
        for node in (a, b):
            node.stop(signal.SIGKILL)
