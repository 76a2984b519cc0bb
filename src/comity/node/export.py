"""One subject as a file that anyone can check, with no node and no network."""

import os
import threading
from collections.abc import Iterable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Final

from comity.casefile.content import (
    CaseContent,
    EvidenceContent,
    KeyContent,
    PartyContent,
    StatementContent,
    ThreadContent,
)
from comity.casefile.write import Sealing, write_case
from comity.errors import FormatError
from comity.kit.desk import Json
from comity.log.receipt import parse_receipt
from comity.node.cosigners import cosigners, shown_heads
from comity.node.keyring import SIGN
from comity.node.keythreads import card_of, key_thread
from comity.node.ledger import blob, number
from comity.node.node import Node
from comity.node.office import find_mechanism, find_subject
from comity.node.receive import blobs_of
from comity.node.threads import Thread, load_thread
from comity.parties.card import read_card
from comity.parties.mechanism import MECHANISM
from comity.registry import CAPABILITIES
from comity.statement.envelope import parse
from comity.statement.model import PartyId, StatementId, subject_urn

WITNESS_SECONDS: Final = 5
"""So young may a head be for an export to wait for those who have not cosigned it yet."""
_LOOKS, _PAUSE_SECONDS = 50, 0.1


def export(
    node: Node, subject: str, out: str, leave_out: Iterable[str] = (), purpose: str = ""
) -> dict[str, Json]:
    """Write one subject as a case file.

    Args:
        node: the exporter's.
        subject: a thread's subject, or the beginning of one.
        out: path of the file; it is written beside it first and then renamed.
        leave_out: names of sections that are not shown.
        purpose: why it is exported, in the exporter's words.

    Raises:
        FormatError: ``node.no-such-subject``, ``node.not-whole`` (statements are still
            missing), ``node.cannot-write``.
        ComityError: why the node signs nothing, if it is in quarantine.

    """
    trouble = node.keeping.ledger.quarantine
    if trouble is not None:
        raise type(trouble)(trouble.code, **trouble.facts)
    thread = _find(node, subject)
    content = _content(node, thread, frozenset(leave_out), purpose)
    path = Path(out)
    fresh = path.with_name(path.name + ".new")
    sealing = Sealing(
        signer=node.keeping.keys.signing[SIGN],
        now=node.clock.now(),
        kept=lambda digest: _kept(node, digest),
    )
    try:
        with fresh.open("wb") as file:
            written = write_case(content, sealing, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise FormatError("node.cannot-write", path=out, why=error.strerror or "") from error
    finally:
        fresh.unlink(missing_ok=True)
    node.writer.submit(
        lambda transaction: transaction.run(
            "put_manifest", written.manifest_digest, written.signature
        )
    ).result()
    return {
        "out": out,
        "subject": subject_urn(thread.subject),
        "root": content.net.hex(),
        "manifest": written.manifest_digest.hex(),
        "statements": sum(len(each.statements) for each in content.threads),
        "demo": content.demo,
    }


def _find(node: Node, word: str) -> Thread:
    for capability in CAPABILITIES:
        try:
            subject = find_subject(node, capability, word)
        except FormatError as error:
            if error.code != "node.no-such-subject":
                raise
            continue
        return load_thread(node.keeping, subject)
    # A mechanism also answers to its root.
    return load_thread(node.keeping, find_mechanism(node, word).subject)


def _kept(node: Node, digest: bytes) -> bytes | None:
    row = node.keeping.store.one("manifest", digest)
    return blob(row[0]) if row else None


def _content(node: Node, thread: Thread, left_out: frozenset[str], purpose: str) -> CaseContent:
    if thread.opening is None or thread.capability is None:
        raise FormatError("node.no-such-subject", subject=thread.subject.hex())
    is_charter = thread.capability is MECHANISM
    net = (
        thread.opening.id
        if is_charter or thread.opening.act.net is None
        else thread.opening.act.net
    )
    view = node.keeping.mechanism(net)
    if view is None:
        raise FormatError("node.no-such-mechanism", subject=net.hex())
    threads = [thread]
    if not is_charter:
        threads.append(load_thread(node.keeping, view.subject, opening=net))
    members = sorted({*view.ground.members, *thread.telling.parties})
    marking = thread.opening.act.own.get("tlp")
    shown = tuple(_thread(node, each, left_out) for each in threads)
    _let_witnesses_speak(node, members, shown)
    keys = tuple(word for each in members for word in key_words(node, each))
    heads, cosignatures, continued = shown_heads(node.keeping, _heads_of(shown))
    later, dated = _dated(node, members, _heads_of(shown))
    return CaseContent(
        kind=thread.capability.name,
        subject=thread.subject,
        net=net,
        demo=node.keeping.demo,
        exporter=node.party,
        parties=tuple(_party(node, each) for each in members),
        threads=shown,
        heads={**heads, **later},
        cosignatures=cosignatures,
        keys=keys,
        stolen=tuple(each for each in members if node.keeping.directory.party(each).bounds),
        consistency={**_consistency(node, shown), **continued, **dated},
        evidence=_evidence(node, thread),
        left_out=tuple(sorted(left_out)),
        purpose=purpose,
        audience=thread.telling.parties,
        marking=f"TLP:{marking}" if isinstance(marking, str) else None,
    )


def _party(node: Node, party: PartyId) -> PartyContent:
    names = node.keeping.directory.party(party).names
    return PartyContent(party=party, card=card_of(node.keeping, party), names=names)


def _thread(node: Node, thread: Thread, left_out: frozenset[str]) -> ThreadContent:
    order = [each.said.id for each in thread.telling.told]
    order += sorted(thread.telling.waiting)
    opening, capability = thread.opening, thread.capability
    words = (
        {}
        if opening is None or capability is None
        else {sid: capability.words(thread.said[sid].act.own, opening.act.own) for sid in order}
    )
    return ThreadContent(
        subject=thread.subject,
        words=words,
        statements=tuple(_statement(node, sid, thread.leaves[sid], left_out) for sid in order),
    )


def _statement(
    node: Node, sid: StatementId, leaf: int, left_out: frozenset[str]
) -> StatementContent:
    keeping = node.keeping
    own = keeping.ledger.receipt(leaf)
    receipts = {
        PartyId(str(log)): blob(receipt)
        for log, _, _, receipt in keeping.store.all("receipts_of", sid)
    }
    if own is not None:
        receipts[node.party] = own
    return StatementContent.of(
        sid,
        blob(keeping.store.one("by_sid", sid)[1]),
        keeping.sections(sid),
        receipts,
        left_out=left_out,
    )


def _let_witnesses_speak(
    node: Node, members: Iterable[PartyId], shown: Iterable[ThreadContent]
) -> None:
    """Wait a moment for cosignatures under way, so that the next export is the same file."""
    since = node.clock.now() - WITNESS_SECONDS
    young = {
        (log, receipt.size)
        for thread in shown
        for statement in thread.statements
        for log, receipt in ((log, parse_receipt(each)) for log, each in statement.receipts.items())
        if receipt.time >= since
    }
    met = set(members) & set(node.keeping.directory.parties)
    pause = threading.Event()
    for _ in range(_LOOKS):
        if all(met - {log} <= cosigners(node.keeping, log, size) for log, size in young):
            break
        pause.wait(_PAUSE_SECONDS)


def _heads_of(threads: Iterable[ThreadContent]) -> list[tuple[PartyId, int]]:
    """Return the heads under the receipts in the file."""
    found = {
        (log, parse_receipt(receipt).size)
        for thread in threads
        for statement in thread.statements
        for log, receipt in statement.receipts.items()
    }
    return sorted(found)


def _consistency(
    node: Node, threads: Iterable[ThreadContent]
) -> dict[tuple[PartyId, int, int], list[bytes]]:
    """Return the proofs that our heads in the file continue one another, each the one before.

    First receipts and the card never change, so neither do the heads, nor what proves them.
    """
    card = read_card(node.card_text(), node.keeping.vouched)
    sizes = {card.inception_receipt.size, card.node_receipt.size}
    sizes |= {parse_receipt(parse(each.signed).receipts[0]).size for each in card.keys}
    for each in (statement for thread in threads for statement in thread.statements):
        mine = each.receipts.get(node.party)
        if mine is not None:
            sizes.add(parse_receipt(mine).size)
    tree = node.keeping.ledger.tree
    return {
        (node.party, old, new): tree.consistency(old, new) for old, new in pairwise(sorted(sizes))
    }


def key_words(node: Node, party: PartyId) -> list[KeyContent]:
    """Return a party's key thread with the receipts of every log that are held for it."""
    keeping = node.keeping
    found = []
    for part in key_thread(keeping, party):
        statement = parse(part.signed)
        row = keeping.store.one("by_sid", statement.sid)
        receipts = {
            PartyId(str(log)): blob(receipt)
            for log, _, _, receipt in keeping.store.all("receipts_of", statement.sid)
        }
        receipts[node.party] = keeping.ledger.receipt_now(number(row[0]))
        found.append(KeyContent(sid=statement.sid, encoded=statement.encoded, receipts=receipts))
    return found


def _dated(
    node: Node, members: Iterable[PartyId], heads: Iterable[tuple[PartyId, int]]
) -> tuple[dict[tuple[PartyId, int], str], dict[tuple[PartyId, int, int], list[bytes]]]:
    """Return what shows that heads of logs whose keys were stolen are of one history with later."""
    store, directory = node.keeping.store, node.keeping.directory
    later: dict[tuple[PartyId, int], str] = {}
    proofs: dict[tuple[PartyId, int, int], list[bytes]] = {}
    stolen = {each for each in members if each != node.party and directory.party(each).bounds}
    ahead = [each for each in heads if each[0] in stolen]
    for head in ahead:
        held = store.one("seen_head", *head)
        if held:
            later[head] = str(held[1])
    while ahead:
        log, old = ahead.pop()
        for size, path in store.all("continuations", log, old):
            new, data = number(size), blob(path)
            if (log, old, new) in proofs:
                continue
            proofs[log, old, new] = [data[at : at + 32] for at in range(0, len(data), 32)]
            later[log, new] = str(store.one("seen_head", log, new)[1])
            ahead.append((log, new))
    return later, proofs


def _evidence(node: Node, thread: Thread) -> tuple[EvidenceContent, ...]:
    found: dict[bytes, EvidenceContent] = {}
    for sid in thread.said:
        for cipher in blobs_of(node.keeping.sections(sid)):
            found[cipher] = EvidenceContent(
                cipher=cipher, open=partial(node.keeping.blobs.open, cipher)
            )
    return tuple(found[cipher] for cipher in sorted(found))
