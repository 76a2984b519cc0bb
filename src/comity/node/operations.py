"""What an operator and an officer may ask of the node itself, by name, as JSON."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from comity.capabilities.assistance.profiles import PROFILES
from comity.casefile.layout import letters
from comity.errors import FormatError
from comity.fold.entry import Said
from comity.fold.rule import refuse
from comity.kit.desk import Json
from comity.kit.office import MechanismView, Saying
from comity.log.quorum import parse_quorum
from comity.node.backup import backup
from comity.node.doctor import doctor, fsck
from comity.node.export import export
from comity.node.keeping import party_digest, party_digest_key
from comity.node.ledger import blob
from comity.node.loading import load_said
from comity.node.node import Node
from comity.node.office import check_member, find_mechanism
from comity.node.writer import Transaction
from comity.parties.card import CardContent, read_card
from comity.parties.charter import ACCEDE, CHARTER, Terms, charter_of, own_part
from comity.parties.directory import check_alike, check_meeting
from comity.parties.fork_proof import SUFFIX as PROOF_SUFFIX
from comity.parties.fork_proof import head_keys
from comity.parties.inception import Party
from comity.parties.mechanism import MECHANISM, MEMBERS_ACCEDE, judge_founders, judge_terms
from comity.statement.cbor import LARGEST, Value
from comity.statement.model import PartyId, StatementId, subject_urn
from comity.statement.text import check_name

Result = dict[str, Json]
MOST_CODE_LETTERS: Final = 32


def identity(party: Party) -> Result:
    """Return what names a party: id, names, fingerprint in digits and in words."""
    return {
        "party": party.id,
        "names": dict(party.names),
        "fingerprint": party.fingerprint,
        "words": {"zh": party.words.zh, "en": party.words.en},
        "demo": party.demo,
    }


def card(node: Node, out: str | None = None) -> Result:
    """Return our card; ``out`` also writes it to a file."""
    text = node.card_text()
    if out is not None:
        _write(Path(out), text)
    return {
        **identity(node.keeping.own),
        "vkeys": vkeys(node.keeping.own),
        "card": text,
        "url": node.settings.url,
        "out": out,
    }


def vkeys(party: Party) -> Result:
    """Return a party's log and witness keys as other tools, and witness policies, write them."""
    log, log_pq = head_keys(party, LARGEST)
    witness, witness_pq = party.witness.note_keys
    return {
        "log": log.vkey,
        "log-pq": log_pq.vkey,
        "witness": witness.vkey,
        "witness-pq": witness_pq.vkey,
    }


def meet(node: Node, card: str, code: str | None = None) -> Result:
    """Read a party's card, and know the party from now on.

    Raises:
        ComityError: as ``read_card`` and ``check_meeting``; ``parties.key-held``,
            ``node.code-taken``.

    """
    keeping = node.keeping
    content = read_card(card, keeping.vouched)
    check_meeting(keeping.own, content.party)
    check_alike(keeping.directory.parties.values(), content.party)
    with node.meeting:
        if code is not None:
            _check_code(node, content, code)
        keeping.directory.admit(content.party)
        _check_newer(node, content)
        kept = code or keeping.codes.get(content.party.id)

        def job(transaction: Transaction) -> None:
            held = transaction.one("party", content.party.id)
            row = (content.party.id, kept, card, held[3] if held else transaction.now)
            transaction.run("add_party", *row)
            transaction.run("set_meta", party_digest_key(row), party_digest(row))
            transaction.run("outbox_alive", content.party.id)
            directory = node.keychain.met(transaction, content)
            transaction.committed.append(lambda: keeping.knows(directory))
            transaction.durable.append(lambda: keeping.met(content, kept))
            transaction.queued = True

        node.writer.submit(job, signs=False, alone=True).result()
    return {**identity(content.party), "url": content.address.url, "code": kept}


def _write_proofs(node: Node, folder: Path) -> None:
    for digest, log, _ in node.keeping.store.all("forks"):
        name = f"{letters(PartyId(str(log)))[:16]}-{blob(digest).hex()[:16]}{PROOF_SUFFIX}"
        proof = node.watch.fork(blob(digest)) or b""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(proof)
        except OSError as error:
            why = error.strerror or ""
            raise FormatError("node.cannot-write", path=str(folder), why=why) from error


def _check_code(node: Node, content: CardContent, code: str) -> None:
    """Refuse a local name that is another party's."""
    check_name(code)
    holder = next((each for each, held in node.keeping.codes.items() if held == code), None)
    if len(code) > MOST_CODE_LETTERS or (holder and holder != content.party.id):
        raise FormatError("node.code-taken", word=code[:MOST_CODE_LETTERS])


def _check_newer(node: Node, content: CardContent) -> None:
    """Refuse a card whose address is older than the one that is held."""
    held = node.keeping.cards.get(content.party.id)
    if held is not None and content.node_receipt.index < held.node_receipt.index:
        raise FormatError("node.older-card", party=content.party.id)


def parties(node: Node, proofs: str | None = None) -> Result:
    """Return every party this node has met, and itself, in neutral order.

    ``proofs`` also writes every proof that a log has two histories into this folder.

    Raises:
        FormatError: ``node.cannot-write``.

    """
    forks: dict[str, list[Json]] = {}
    for digest, log, _ in node.keeping.store.all("forks"):
        forks.setdefault(str(log), []).append(blob(digest).hex())
    if proofs is not None:
        _write_proofs(node, Path(proofs))
    found: list[Json] = [
        {
            **identity(party),
            "code": node.keeping.codes.get(party.id),
            "us": party.id == node.party,
            "url": node.address_of(party.id).url,
            "vkeys": vkeys(party),
            "forks": forks.get(party.id, []),
        }
        for party in node.keeping.directory.parties.values()
    ]
    return {"parties": found}


def found(  # noqa: PLR0913, PLR0917 - one parameter per option
    node: Node,
    names: Mapping[str, str],
    members: list[str],
    profiles: list[str] | None = None,
    languages: Mapping[str, list[str]] | None = None,
    decision: str = "consensus",
    review: str = "P2Y",
    grace: str = "PT4H",
    settle: int = 2,
    quorum: str | None = None,
) -> Result:
    """Sign a charter and send it to the other founding members.

    Args:
        node: the founder's.
        names: language tag to the mechanism's name.
        members: the other founding members, as this node knows them.
        profiles: request profiles to be in force; all that this build knows, if not given.
        languages: statement kind, or ``*``, to the language tags required; one of any is
            enough, if not given.
        decision: how members decide later, as a code.
        review: how often the charter is looked at again, ISO 8601.
        grace: ISO 8601, see DUTY-1.
        settle: seconds before a node says ``thread.seen``.
        quorum: which members must have cosigned a head, as tlog-policy text.

    Raises:
        FormatError: ``node.unknown-profile``, ``quorum.…``, ``charter.…``.
        RuleError: ``MECH-6``, ``MECH-7``.

    """
    others = {node.keeping.find_party(word).id for word in members}
    terms = Terms(
        members=tuple(sorted({node.party, *others})),
        decision=decision,
        review=review,
        profiles=_in_force(profiles),
        languages={kind: tuple(sorted(tags)) for kind, tags in (languages or {}).items()},
        grace=grace,
        settle_seconds=settle,
        demo=node.keeping.demo,
        quorum=None if quorum is None else parse_quorum(quorum).text,
    )
    own = _signable(node, terms)
    for name in names.values():
        check_name(name)
    done = node.say(
        Saying(
            kind=CHARTER,
            to=tuple(each for each in terms.members if each != node.party),
            own=own,
            texts=dict(names),
        )
    )
    return {
        "subject": subject_urn(done.subject),
        "root": done.statement.hex(),
        "demo": node.keeping.demo,
    }


def _in_force(profiles: list[str] | None) -> dict[str, str]:
    """Return the versions of the profiles that are to be in force: all, if none are named."""
    known = {each.id: each.version for each in PROFILES.values()}
    unknown = [each for each in profiles or () if each not in known]
    if unknown:
        raise FormatError("node.unknown-profile", profile=unknown[0][:80])
    return {each: known[each] for each in sorted(profiles or known)}


def _signable(node: Node, terms: Terms) -> dict[str, Value]:
    """Return the own part of a charter with these terms, unless a rule bars it."""
    own = own_part(terms)
    barred = judge_terms(terms, node.keeping.directory)
    if barred is not None:
        raise refuse(barred)
    return own


def accede(node: Node, subject: str) -> Result:
    """Sign a charter that another founder has sent.

    Raises:
        RuleError: ``MECH-2``, ``MECH-6``.
        TrustError: ``parties.unknown`` if a member has not been met.

    """
    view = find_mechanism(node, subject)
    check_member(node, view)
    said = next(
        each for each in _thread(node, view) if each.act.type == CHARTER and each.id == view.net
    )
    barred = judge_founders(charter_of(said), node.keeping.directory)
    if barred is not None:
        raise refuse(barred)
    if node.party not in view.awaited:
        raise refuse(MEMBERS_ACCEDE)
    done = node.say(Saying(kind=ACCEDE, subject=view.subject))
    return {
        "subject": subject_urn(view.subject),
        "root": view.net.hex(),
        "statement": done.statement.hex(),
        "demo": view.demo,
    }


def show(node: Node, subject: str) -> Result:
    """Return one charter and who has signed it."""
    return _told(node, find_mechanism(node, subject))


def list_all(node: Node) -> Result:
    """Return every mechanism this node knows."""
    found_: list[Json] = []
    for _, opening, _ in node.keeping.store.all("threads_of", MECHANISM.name):
        view = node.keeping.mechanism(StatementId(blob(opening)))
        if view is not None:
            found_.append(_told(node, view))
    return {"mechanisms": found_}


def rebuild(node: Node) -> Result:
    """Drop what pages read and make it again from the log."""
    return {"rows": node.writer.submit(node.register.rebuild, signs=False).result()}


def _told(node: Node, view: MechanismView) -> Result:
    members: list[Json] = [
        {**_named(node, party), "signed": party not in view.awaited}
        for party in view.ground.members
    ]
    languages: dict[str, Json] = {kind: list(tags) for kind, tags in view.ground.languages.items()}
    return {
        "subject": subject_urn(view.subject),
        "root": view.net.hex(),
        "names": dict(view.names),
        "members": members,
        "profiles": dict(view.ground.profiles),
        "languages": languages,
        "in_force": view.in_force,
        "decision": view.decision,
        "review": view.review,
        "grace": view.grace,
        "settle_seconds": view.settle_seconds,
        "quorum": None if view.quorum is None else view.quorum.text,
        "demo": view.demo,
    }


def _named(node: Node, party: PartyId) -> Result:
    known = node.keeping.directory.parties.get(party)
    names: dict[str, Json] = dict(known.names) if known is not None else {}
    return {"party": party, "names": names}


def _thread(node: Node, view: MechanismView) -> list[Said]:
    return [each for each, _, _ in load_said(node.keeping.store, view.subject, None)]


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise FormatError("node.cannot-write", path=str(path), why=error.strerror or "") from error


OPERATIONS: Final[Mapping[str, Callable[..., Result]]] = {
    "card": card,
    "meet": meet,
    "parties": parties,
    "mechanism.found": found,
    "mechanism.accede": accede,
    "mechanism.show": show,
    "mechanism.list": list_all,
    "export": export,
    "rebuild": rebuild,
    "doctor": doctor,
    "fsck": fsck,
    "backup": backup,
}
"""Name to function; each takes the node and the call's arguments by keyword."""
