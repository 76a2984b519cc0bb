"""Two nodes whose parties have met and founded a mechanism, and what one asks of the other."""

import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from comity.capabilities.assistance.operations import OPERATIONS
from comity.kit.desk import Json
from comity.node import operations
from comity.node.founding import NewNode, found_node
from comity.node.node import Node, open_node
from comity.node.office import NodeOffice
from comity.node.outbox import Parcel
from comity.statement.model import StatementId

SETTLE_SECONDS: Final = 24 * 3600
"""Longer than a run: the nodes' own ``thread.seen`` stay out of the figures."""
_FIELDS: Final[dict[str, Json]] = {
    "incident_id": "BENCH",
    "detected_at": "2017-05-12T07:44:00Z",
    "reported_at": "2017-05-12T15:00:00Z",
    "classification": "malicious-code",
    "assets": ["192.0.2.17"],
    "impact": {
        "en": "File servers of a hospital are encrypted.",
        "zh": "一家医院的文件服务器被加密。",
    },
    "evidence": [{"en": "Sample kept offline.", "zh": "样本已离线保存。"}],
    "action_asked": {
        "en": "Please tell the owners of the addresses, keep the traffic records of the three "
        "days before, and say which of them can be handed over and under what condition.",
        "zh": "请通知相关地址的所有者，保存此前三日的流量记录，"
        "并说明哪些记录可以移交以及移交条件。",
    },
    "tlp": "AMBER",
    "pap": "GREEN",
}


@dataclass(slots=True, kw_only=True)
class Pair:
    """A node that asks, and one that is asked."""

    asker: Node
    asked: Node
    mechanism: Json

    def ask(self) -> StatementId:
        """Submit one request; it is signed, logged and receipted by the asker when this returns."""
        office = NodeOffice(self.asker, "assistance")
        done = OPERATIONS["assistance.submit"](
            office,
            mechanism=self.mechanism,
            to=self.asked.party,
            profile="csirt-incident",
            fields=_FIELDS,
        )
        return StatementId(bytes.fromhex(str(done["statement"])))

    def ask_many(self, count: int, at_once: int) -> list[StatementId]:
        """Submit some requests, so many at a time."""
        if at_once == 1:
            return [self.ask() for _ in range(count)]
        with ThreadPoolExecutor(at_once) as officers:
            return list(officers.map(lambda _: self.ask(), range(count)))

    def parcels(self, sids: Sequence[StatementId]) -> list[Parcel]:
        """Return statements of the asker as they travel."""
        due = {
            each.sid: each
            for each in self.asker.outbox.due(self.asked.party, self.asker.clock.now(), 10**6)
        }
        return [self.asker.parcel(due[sid]) for sid in sids]

    def close(self) -> None:
        """Close both nodes."""
        self.asker.close()
        self.asked.close()


def make_pair(folder: Path) -> Pair:
    """Found two nodes, introduce them, and put a mechanism in force."""
    nodes = []
    for name, zh in (("asker", "请求方"), ("asked", "被请求方")):
        listen = f"127.0.0.1:{_free_port()}"
        where = folder / name
        found_node(NewNode(folder=where, names={"en": name, "zh": zh}, listen=listen))
        nodes.append(open_node(where))
    asker, asked = nodes
    operations.meet(asker, card=asked.card_text())
    operations.meet(asked, card=asker.card_text())
    founded = operations.found(
        asker, names={"en": "Bench", "zh": "测试"}, members=[asked.party], settle=SETTLE_SECONDS
    )
    _carry(asker, asked)
    operations.accede(asked, str(founded["subject"]))
    _carry(asked, asker)
    return Pair(asker=asker, asked=asked, mechanism=founded["subject"])


def _carry(sender: Node, receiver: Node) -> None:
    """Carry what is due by hand."""
    for item in sender.outbox.due(receiver.party, sender.clock.now(), 100):
        parcel = sender.parcel(item)
        receipt = receiver.receive(sender.party, parcel.signed, parcel.sealed).result()
        sender.delivered(item.sid, receiver.party, receipt).result()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
