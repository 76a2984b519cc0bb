"""What must hold at the end of every simulation, judged from databases, exports and the wire.

It knows what was said and what was receipted, and little else.  It shares no code with the node.

Source: security, section 3: I1 to I10.
"""

import contextlib
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import cbor2

from simulation.oracle import proofs
from simulation.oracle.evidence import Ending, Evidence, Person, Sent, Violation
from simulation.oracle.proofs import Wrong

MOST_WAL_BYTES = 16 * 1024 * 1024
MOST_THREADS = 64
MOST_HANDLES = 64
DELIVER = "/comity/deliver"


@dataclass
class Held:
    """What one honest database holds."""

    ending: Ending
    statements: dict[bytes, tuple[int, bytes, bytes]] = field(default_factory=dict)
    """Sid to leaf, entry and what was signed."""
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    heads: list[tuple[int, bytes, int, str]] = field(default_factory=list)
    receipts: list[tuple[bytes, str, bytes]] = field(default_factory=list)
    seen: list[tuple[str, str]] = field(default_factory=list)
    forks: list[str] = field(default_factory=list)
    outbox: list[tuple[str, bytes, str, str]] = field(default_factory=list)
    threads: dict[bytes, bytes] = field(default_factory=dict)


def read(path: Path, query: str) -> list[tuple[Any, ...]]:
    """Return what a database answers."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def holding(ending: Ending) -> Held:
    """Read an honest machine's database."""
    path = ending.database
    held = Held(ending)
    held.rows = read(
        path, "SELECT leaf, sid, entry, signed, issuer, subject, prev FROM statement ORDER BY leaf"
    )
    held.statements = {row[1]: (row[0], row[2], row[3]) for row in held.rows}
    held.heads = read(path, "SELECT size, root, time, checkpoint FROM head ORDER BY size")
    held.receipts = read(path, "SELECT sid, log, receipt FROM receipt")
    held.seen = read(path, "SELECT log, checkpoint FROM seen_head")
    held.forks = [row[0] for row in read(path, "SELECT log FROM fork")]
    held.outbox = read(path, "SELECT peer, sid, state, coalesce(problem, '') FROM outbox")
    return held


class Judge:
    """One simulation's judgement."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.people = {each.number: each for each in evidence.people}
        self.by_party = {each.party: each for each in evidence.people}
        self.held = {each.machine: holding(each) for each in evidence.endings}
        self.acknowledged: dict[tuple[int, bytes], set[bytes]] = defaultdict(set)
        """Machine and sid to every receipt that it gave."""
        self.violations: list[Violation] = []
        self.receipts_checked = 0

    def note(self, invariant: str, machine: int, what: str) -> None:
        """Note what must not be."""
        self.violations.append(Violation(invariant, machine, what))

    def judge(self) -> list[Violation]:
        """Look at everything."""
        checks: tuple[Callable[[], None], ...] = (
            self.what_was_on_the_wire,
            self.nothing_acknowledged_is_lost,
            self.nothing_is_there_twice,
            self.no_size_is_signed_twice,
            self.no_change_goes_unnoticed,
            self.nobody_honest_is_accused,
            self.all_tell_the_same,
            self.forks_are_shown,
            self.no_deadline_is_early,
            self.receipts_verify,
            self.nothing_is_stuck,
            self.nothing_grows_without_end,
        )
        for check in checks:
            check()
        return self.violations

    # The wire.

    def what_was_on_the_wire(self) -> None:
        """Collect every receipt that an honest machine gave; each must hold (I8)."""
        for each in self.evidence.sent:
            if each.path != DELIVER or each.status != 200:
                continue
            log = self.people[each.target]
            if not log.honest or self._unknowable(each):
                continue
            for signed, answer in _pairs(each.body, each.answer):
                if not isinstance(answer, bytes):
                    continue
                try:
                    told = proofs.statement(signed)
                    proofs.receipt(answer, told.entry, log)
                except (Wrong, ValueError, KeyError, TypeError) as error:
                    self.note("I8", log.number, f"gave a receipt that does not hold: {error}")
                    continue
                self.receipts_checked += 1
                self.acknowledged[log.number, told.sid].add(answer)
        for (machine, sid), given in self.acknowledged.items():
            if len(given) > 1:
                self.note("I2", machine, f"{len(given)} receipts for {sid.hex()[:12]}")

    def _unknowable(self, sent: Sent) -> bool:
        """Whether only a hostile party had received this when the machine lost its disk.

        A guard that is lost with the disk remembers nothing, and who received it may not tell.
        """
        return sent.target in self.evidence.lost and not self.people[sent.source].honest

    # I1.

    def nothing_acknowledged_is_lost(self) -> None:
        """What a machine acknowledged, to its officer or to a peer, it holds."""
        wanted = {
            (each.machine, bytes.fromhex(each.sid)): f"said {each.kind}"
            for each in self.evidence.words
        }
        wanted |= dict.fromkeys(self.acknowledged, "receipted")
        for (machine, sid), how in wanted.items():
            held = self.held.get(machine)
            if held is None or sid in held.statements:
                continue
            if not self._excused(held, sid):
                self.note("I1", machine, f"lost {sid.hex()[:12]} ({how})")

    def _excused(self, held: Held, sid: bytes) -> bool:
        """Whether a machine lost its disk and nobody honest could give this back."""
        if held.ending.machine not in self.evidence.lost:
            return False
        if held.ending.quarantine is not None:
            # It says that something is missing, and signs nothing.
            return self._has_gap(held.ending.machine)
        return not any(sid in each.statements for each in self._others(held))

    def _others(self, held: Held) -> Iterator[Held]:
        return (each for each in self.held.values() if each is not held)

    def _has_gap(self, machine: int) -> bool:
        """Whether a machine's log, as it was, has an entry that nobody honest holds now."""
        there = {sid for each in self.held.values() for sid in each.statements}
        for path in self.evidence.lost.get(machine, ()):
            if any(row[0] not in there for row in read(path, "SELECT sid FROM statement")):
                return True
        return False

    # I2, I3, I4, I5.

    def nothing_is_there_twice(self) -> None:
        """Leaves count up without a gap; no statement and no entry stands at two."""
        for machine, held in self.held.items():
            leaves = [row[0] for row in held.rows]
            if leaves != list(range(len(leaves))):
                self.note("I2", machine, "leaves with gaps")
            for column, name in ((1, "statement"), (2, "entry")):
                if len({row[column] for row in held.rows}) != len(held.rows):
                    self.note("I2", machine, f"one {name} at two leaves")

    def no_size_is_signed_twice(self) -> None:
        """No honest log has two roots of one size, whoever holds the heads."""
        roots: dict[tuple[int, int], set[bytes]] = defaultdict(set)
        times: dict[int, dict[int, int]] = defaultdict(dict)
        for log, note in self._heads():
            if not log.honest:
                continue
            try:
                head = proofs.head(note, log.vkeys)
            except (Wrong, ValueError):
                continue
            roots[log.number, head.size].add(head.root)
            times[log.number][head.size] = head.time
        for (machine, size), found in roots.items():
            if len(found) > 1:
                self.note("I3", machine, f"{len(found)} roots of size {size}")
        for machine, known in times.items():
            ordered = [known[size] for size in sorted(known)]
            if ordered != sorted(ordered):
                self.note("I3", machine, "a later head with an earlier time")

    def _heads(self) -> Iterator[tuple[Person, str]]:
        for machine, held in self.held.items():
            for *_, checkpoint in held.heads:
                yield self.people[machine], checkpoint
            for log, checkpoint in held.seen:
                yield self.by_party[log], checkpoint
        for each in self.evidence.sent:
            if not self._unknowable(each):
                yield from self._heads_in(each)

    def _heads_in(self, sent: Sent) -> Iterator[tuple[Person, str]]:
        if sent.path == "/comity/witness/add-checkpoint":
            note = sent.body.decode("utf-8", "replace").partition("\n\n")[2]
            for log in self.evidence.people:
                if log.origin == note.partition("\n")[0]:
                    yield log, note
        for _, answer in _pairs(sent.body, sent.answer) if sent.path == DELIVER else ():
            with contextlib.suppress(Wrong, KeyError, TypeError):
                yield self.people[sent.target], proofs.sign1(answer)[1][-70002]

    def no_change_goes_unnoticed(self) -> None:
        """What a database holds is what its heads say, or its own fsck says otherwise."""
        for machine, held in self.held.items():
            if held.ending.sound and not self._is_whole(held):
                self.note("I4", machine, "changed, and fsck says it is sound")
            if not held.ending.sound:
                self.note("I4", machine, f"fsck finds a fault at the end: {held.ending.faults}")
        for flip in self.evidence.flips:
            if not flip.found and content(flip.before) != content(flip.after):
                self.note("I4", flip.machine, "a bit was turned and fsck says it is sound")

    def _is_whole(self, held: Held) -> bool:
        for _, sid, entry, signed, *_ in held.rows:
            told = proofs.statement(signed)
            if (told.sid, told.entry) != (sid, entry):
                return False
        entries = [row[2] for row in held.rows]
        return all(
            size <= len(entries) and proofs.tree_root(entries[:size]) == root
            for size, root, *_ in held.heads[-1:]
        )

    def nobody_honest_is_accused(self) -> None:
        """Nobody holds a proof that an honest log has two histories."""
        for machine, held in self.held.items():
            for log in held.forks:
                if self.by_party[log].honest:
                    self.note("I5", machine, f"accuses m{self.by_party[log].number:02}")

    # I6, I7.

    def all_tell_the_same(self) -> None:
        """Every honest party of a thread tells it alike."""
        told: dict[str, dict[int, Any]] = defaultdict(dict)
        for machine, held in self.held.items():
            if held.ending.runs and held.ending.quarantine is None:
                for subject, case in held.ending.shown.items():
                    told[subject][machine] = essence(case)
        for subject, by in told.items():
            first = next(iter(by.values()))
            for machine, case in by.items():
                if case != first:
                    what = ", ".join(key for key in case if case[key] != first[key])
                    self.note("I6", machine, f"tells {subject[-8:]} differently: {what}")

    def forks_are_shown(self) -> None:
        """Two statements at one place of a party's chain are shown, and one has effect at most."""
        for machine, held in self.held.items():
            places: dict[tuple[str, bytes, bytes | None], list[str]] = defaultdict(list)
            for _, sid, _, _, issuer, subject, prev in held.rows:
                places[issuer, subject, prev].append(sid.hex())
            for (_, subject, _), sids in places.items():
                case = held.ending.shown.get(f"urn:comity:matter:{subject.hex()}")
                if len(sids) < 2 or case is None:
                    continue
                shown = {each for fork in case["forks"] for each in fork["branches"]}
                effective = [
                    each["statement"]
                    for each in case["statements"]
                    if each["effect"] and each["statement"] in sids
                ]
                waiting = {each["statement"] for each in case["waiting"]}
                hidden = set(sids) - shown - waiting
                if (hidden and len(set(sids) - waiting) > 1) or len(effective) > 1:
                    self.note("I6", machine, f"a fork of {len(sids)} is not dealt with")

    def no_deadline_is_early(self) -> None:
        """A lapse has effect only when another's log says that the time had passed."""
        for machine, held in self.held.items():
            for subject, case in held.ending.shown.items():
                for clock in case["clocks"]:
                    if clock["state"] == "overdue" and clock["due"] > case["as_of"]:
                        self.note("I7", machine, f"{subject[-8:]} {clock['duty']} early")
                    if clock["state"] == "running" and clock["due"] < case["as_of"]:
                        self.note("I7", machine, f"{subject[-8:]} {clock['duty']} missed")
                    self._judge_start(machine, case, clock)
        for machine, subject, clock, last_seen in self.evidence.lapses:
            case = self.held[machine].ending.shown.get(subject) if machine in self.held else None
            for each in case["clocks"] if case else ():
                if each["duty"] == clock and each["due"] and _seconds(each["due"]) > last_seen:
                    self.note("I7", machine, f"{subject[-8:]} {clock} lapsed early")

    def _judge_start(self, machine: int, case: dict[str, Any], clock: dict[str, Any]) -> None:
        """What starts at delivery starts at the time of the addressee's own receipt."""
        delivered = case["facts"]["delivered"]
        if clock["presumed"] or clock["duty"] not in {"acknowledge", "triage", "update"}:
            return
        if clock["start"] != (delivered and delivered["at"]):
            self.note("I7", machine, f"{clock['duty']} starts at {clock['start']}")

    # I8, I9, I10.

    def receipts_verify(self) -> None:
        """Every receipt that an honest machine keeps holds for the statement it is kept for."""
        for machine, held in self.held.items():
            for sid, log, data in held.receipts:
                if sid not in held.statements:
                    self.note("I8", machine, f"a receipt for {sid.hex()[:12]}, not held")
                    continue
                try:
                    found = proofs.receipt(data, held.statements[sid][1], self.by_party[log])
                except (Wrong, ValueError, KeyError, TypeError) as error:
                    self.note("I8", machine, f"keeps for {sid.hex()[:12]}: {error}")
                    continue
                self.receipts_checked += 1
                there = self.held.get(found.log)
                if there is None or sid in there.statements or self._excused(there, sid):
                    continue
                self.note("I1", found.log, f"does not hold what it receipted m{machine:02}")

    def nothing_is_stuck(self) -> None:
        """After the healing, everything for an honest party that runs has arrived."""
        running = {
            self.people[machine].party
            for machine, held in self.held.items()
            if held.ending.runs and held.ending.quarantine is None
        }
        for machine, held in self.held.items():
            if not held.ending.runs:
                self.note("I9", machine, "does not run")
            elif held.ending.quarantine is not None and not self._has_gap(machine):
                self.note("I9", machine, f"stays in quarantine: {held.ending.quarantine}")
            if self.people[machine].party not in running:
                continue
            for peer, sid, state, problem in held.outbox:
                if peer in running:
                    what = f"{state} for m{self.by_party[peer].number:02}"
                    self.note("I9", machine, f"{sid.hex()[:12]} {what} {problem}")

    def nothing_grows_without_end(self) -> None:
        """Write-ahead log, threads and open files stay within bounds."""
        for machine, held in self.held.items():
            ending = held.ending
            for name, found, most in (
                ("bytes of write-ahead log", ending.longest_wal, MOST_WAL_BYTES),
                ("threads", ending.threads, MOST_THREADS),
                ("open files", ending.handles, MOST_HANDLES),
            ):
                if found > most:
                    self.note("I10", machine, f"{found} {name}")


def content(path: Path) -> object:
    """Return what a database says; ``None`` if it cannot be read."""
    try:
        return [
            read(path, f"SELECT {columns} FROM {table} ORDER BY 1, 2")  # noqa: S608 - our own names
            for table, columns in (
                ("statement", "leaf, sid, entry, subject, issuer, kind, prev, signed, act, body"),
                ("head", "size, root, time, checkpoint, protected, signature"),
                ("receipt", "sid, log, size, time, receipt"),
            )
        ]
    except sqlite3.Error:
        return None


def essence(case: dict[str, Any]) -> dict[str, Any]:
    """Return what every party must tell alike of a case."""
    return {
        "phase": case["phase"],
        "parties": [case["requester"]["party"], case["addressee"]["party"]],
        "outcome": case["outcome"] and case["outcome"]["id"],
        "facts": case["facts"],
        "clocks": [(each["duty"], each["start"], each["due"]) for each in case["clocks"]],
        "forks": case["forks"],
        "waiting": [each["statement"] for each in case["waiting"]],
        "statements": [
            {
                key: each[key]
                for key in ("statement", "kind", "effect", "firm", "settled", "late", "aside")
            }
            for each in case["statements"]
        ],
    }


def _pairs(body: bytes, answer: bytes) -> list[tuple[bytes, Any]]:
    try:
        items, answers = cbor2.loads(body), cbor2.loads(answer)
        return [(item[0], each) for item, each in zip(items, answers, strict=True)]
    except Exception:  # noqa: BLE001 - whatever a hostile peer sent
        return []


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def judge(evidence: Evidence) -> tuple[list[Violation], int]:
    """Return what must not be, and how many receipts were verified."""
    judging = Judge(evidence)
    return judging.judge(), judging.receipts_checked
