"""Nodes in one process, carried for by hand; and a peer that signs well and behaves badly."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from comity.capabilities.assistance.operations import OPERATIONS as ASSISTANCE
from comity.node import operations
from comity.node.doctor import doctor
from comity.node.founding import NewNode, found_node
from comity.node.node import Node, open_node
from comity.node.office import NodeOffice
from comity.node.outbox import OutboxItem, Parcel
from comity.node.register import Entrant
from comity.node.threads import load_thread
from comity.statement.act import Act, act_section
from comity.statement.body import Section, payload_of
from comity.statement.envelope import sign
from comity.statement.model import PartyId, StatementId, SubjectId, subject_of, subject_urn
from comity.statement.subject import subject_id

NOTHING = StatementId(bytes(32))
NOBODY = PartyId("urn:comity:party:" + "a" * 52)
FIELDS: Mapping[str, Any] = MappingProxyType(
    {
        "incident_id": "I-1",
        "detected_at": "2026-11-20T02:31:00Z",
        "reported_at": "2026-11-20T03:00:00Z",
        "classification": "malicious-code",
        "assets": ["203.0.113.77"],
        "impact": {"en": "mail outage", "zh": "邮件中断"},
        "evidence": [{"en": "see attachment", "zh": "见附件"}],
        "action_asked": {"en": "Preserve the logs.", "zh": "请保全日志𠮷。"},
        "tlp": "AMBER",
        "pap": "GREEN",
    }
)


@dataclass
class World:
    """Some nodes under one folder, who have met and may have founded a mechanism."""

    folder: Path
    nodes: dict[str, Node] = field(default_factory=dict)
    mechanism: str = ""
    net: StatementId = NOTHING
    case: tuple[SubjectId, StatementId] | None = None
    """One that a module's tests share."""

    def found(self, name: str, algorithm: str = "ed25519") -> Node:
        """Make and open a node."""
        new = NewNode(
            folder=self.folder / name,
            names={"en": f"Ministry {name}", "zh": "甲方"},
            listen=f"127.0.0.1:{9000 + ord(name)}",
            algorithm=algorithm,
        )
        found_node(new)
        return self.open(name)

    def open(self, name: str) -> Node:
        """Open a node's folder, again after ``close`` or ``crash``."""
        self.nodes[name] = open_node(self.folder / name)
        return self.nodes[name]

    def close(self, name: str) -> None:
        """Close a node in good order."""
        self.nodes.pop(name).close()

    def meet_all(self) -> None:
        """Let everybody read everybody's card."""
        for one in self.nodes.values():
            for other in self.nodes.values():
                if one is not other:
                    operations.meet(one, card=other.card_text())

    def agree(self, *names: str) -> None:
        """Found a mechanism among these, settling at once."""
        first, *others = (self.nodes[name] for name in names)
        told = operations.found(
            first,
            names={"en": "Joint", "zh": "联合"},
            members=[each.party for each in others],
            settle=0,
        )
        self.mechanism, self.net = str(told["subject"]), StatementId(bytes.fromhex(told["root"]))  # type: ignore[arg-type]
        self.pump()
        for each in others:
            operations.accede(each, self.mechanism)
            self.pump()

    def ask(self, name: str, verb: str, **arguments: Any) -> dict[str, Any]:
        """Run a command of assistance."""
        return ASSISTANCE[f"assistance.{verb}"](
            NodeOffice(self.nodes[name], "assistance"), **arguments
        )

    def request(self, asker: str, asked: str, **arguments: Any) -> SubjectId:
        """Submit a request; it is not delivered yet."""
        told = self.ask(
            asker,
            "submit",
            mechanism=self.mechanism,
            to=self.nodes[asked].party,
            profile="csirt-incident",
            fields=dict(FIELDS),
            **arguments,
        )
        return subject_of(told["subject"])

    def due(self, sender: str, addressee: str) -> Sequence[OutboxItem]:
        """Return what waits for one peer."""
        node = self.nodes[sender]
        return node.outbox.due(self.nodes[addressee].party, node.clock.now(), 200)

    def hand(self, sender: str, addressee: str, parcel: Parcel) -> bytes:
        """Bring a parcel to a node, attachments first, and return its receipt."""
        giver, taker = self.nodes[sender], self.nodes[addressee]
        for digest in parcel.blobs:
            content = giver.blobs.path(digest).read_bytes()
            taker.blobs.append(digest, 0, content, len(content))
        if parcel.public is not None:
            return taker.keychain.announced(parcel.signed, parcel.public).result(10)
        return taker.receive(giver.party, parcel.signed, parcel.sealed).result(10)

    def pump(self, rounds: int = 6) -> None:
        """Deliver everything that waits, and fetch what is missing."""
        for _ in range(rounds):
            for sender in self.nodes:
                for addressee in self.nodes:
                    for item in self.due(sender, addressee) if sender != addressee else ():
                        parcel = self.nodes[sender].parcel(item)
                        receipt = self.hand(sender, addressee, parcel)
                        self.nodes[sender].delivered(item.sid, item.peer, receipt).result(10)

    def tick(self, rounds: int = 3) -> None:
        """Let the nodes say what they owe, and deliver it."""
        for _ in range(rounds):
            for node in self.nodes.values():
                node.tick(node.clock.now() + 3)
            self.pump(2)

    def name_of(self, party: PartyId) -> str:
        """Return which node is a party's."""
        return next(name for name, node in self.nodes.items() if node.party == party)


@contextmanager
def world(folder: Path, names: str, *, agreed: bool = True) -> Iterator[World]:
    """Make a world of these nodes, one letter each; close what is open at the end."""
    made = World(folder)
    try:
        for name in names:
            made.found(name)
        made.meet_all()
        if agreed:
            made.agree(*names)
        yield made
    finally:
        for name in list(made.nodes):
            made.close(name)


def forge(  # noqa: PLR0913 - what can be false about a statement
    node: Node,
    subject: SubjectId,
    act: Act,
    sections: Sequence[Section] = (),
    *,
    by: str = "sign",
    at: int | None = None,
) -> StatementId:
    """Sign and log whatever it is, as a hostile peer would; nothing is judged."""
    body = {each.name: each for each in (*sections, act_section(act))}
    statement = sign(
        issuer=node.party,
        subject=subject_urn(subject),
        issued_at=node.clock.now() if at is None else at,
        payload=payload_of(body.values()),
        signer=node.signer(by),
    )
    entrant = Entrant(
        statement=statement,
        # Its own database would refuse a fork of its own.
        issuer=NOBODY,
        subject=subject,
        act=act,
        sections=body,
        by_node=False,
    )
    node.writer.submit(lambda transaction: node.register.take(transaction, entrant)).result()
    return statement.sid


def opening(node: Node, act: Act) -> tuple[SubjectId, Act]:
    """Return an act that opens a subject of its own."""
    nonce = act.nonce or secrets.token_bytes(32)
    return subject_id(node.party, nonce), replace(act, nonce=nonce)


def parcel(node: Node, sid: StatementId, to: Node) -> Parcel:
    """Pack a statement for a peer, whether it waits for it or not."""
    return node.parcel(OutboxItem(sid=sid, peer=to.party, attempts=0))


def acts(node: Node, subject: SubjectId) -> list[str]:
    """Return the kinds of a thread in the order of the telling."""
    return [each.said.act.type for each in load_thread(node.keeping, subject).telling.told]


def heads(node: Node) -> list[tuple[Any, ...]]:
    """Return size, root and time of every signed head."""
    return [tuple(row[:3]) for row in node.keeping.store.all("heads", 0, 100_000)]


def examined(node: Node) -> Any:
    """Return what the doctor says."""
    return doctor(node)
