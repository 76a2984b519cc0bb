"""Ours: judge, link, sign, register, all within one transaction.

The thread is told, the move is judged and the statement is signed while nothing else can
change the thread, so an honest node never forks itself (ruling 12).  What a rule bars is
refused before anything is signed.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from comity.errors import ComityError, FormatError, PeerError, TrustError
from comity.fold.capability import Capability, State
from comity.fold.entry import Said, Told
from comity.fold.refusal import REFUSED, own_of, refused_place
from comity.fold.rule import refuse
from comity.fold.seen import owes_seen
from comity.fold.state import state_before
from comity.fold.thread import SEEN, Telling
from comity.kit.office import Done, Saying
from comity.node.keeping import Keeping
from comity.node.keyring import NODE, SIGN
from comity.node.ledger import number
from comity.node.loading import load_one
from comity.node.register import Entrant, Register
from comity.node.threads import Thread, load_thread
from comity.node.writer import Transaction, Writer
from comity.parties.cites import proven
from comity.parties.key_rules import EXPIRED
from comity.parties.mechanism import MECHANISM
from comity.registry import capability_of
from comity.statement.act import MOST_SEEN, Act, TextOrigin, act_section
from comity.statement.blob import Attachment, encode_attachments, encrypt_stream, new_key
from comity.statement.body import CBOR_TYPE, TEXT_TYPE, Section, new_section, payload_of
from comity.statement.envelope import sign
from comity.statement.languages import check_texts
from comity.statement.model import StatementId, SubjectId, subject_urn
from comity.statement.subject import NONCE_BYTES, subject_id
from comity.statement.text import check_name, check_text
from comity.store.blobs import Blobs

_NOT_YET = StatementId(bytes(32))
ATTACHMENTS: Final = "attachments"
MOST_SAID: Final = 1000
"""How much one party says in one thread: the telling of a thread grows with its square."""
MOST_REFUSED: Final = 16
"""Of one issuer in one thread: who goes on sending what is refused does not make us talk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What can be made ready outside the transaction."""

    saying: Saying
    sections: Mapping[str, Section]
    origins: Mapping[str, TextOrigin | None]
    attached: tuple[Attachment, ...] = ()

    def forget(self, blobs: Blobs) -> None:
        """Drop the attachments of what was not said after all."""
        for each in self.attached:
            blobs.drop(each.cipher)


def prepare(keeping: Keeping, saying: Saying) -> Prepared:
    """Check texts, encrypt attachments and salt the sections.

    Raises:
        FormatError: ``text.…``, ``node.attachment``.

    """
    sections = [
        new_section(f"text.{tag}", TEXT_TYPE, check_text(text).encode())
        for tag, text in saying.texts.items()
    ]
    origins: dict[str, TextOrigin | None] = dict.fromkeys(saying.texts)
    for tag, maker in saying.makers.items():
        origins[tag] = TextOrigin(of=maker.of, at=keeping.clock.now(), machine=maker.machine)
        sections.append(new_section(f"maker.{tag}", TEXT_TYPE, check_name(maker.name).encode()))
    files = _attach_all(keeping, saying)
    if files:
        sections.append(new_section(ATTACHMENTS, CBOR_TYPE, encode_attachments(files)))
    sections += saying.sections
    return Prepared(
        saying=saying,
        sections={each.name: each for each in sections},
        origins=origins,
        attached=files,
    )


def _attach_all(keeping: Keeping, saying: Saying) -> tuple[Attachment, ...]:
    files: list[Attachment] = []
    try:
        for name, path in saying.attachments:
            files.append(_attach(keeping, name, path))
            encode_attachments(files)
    except BaseException:
        for each in files:
            keeping.blobs.drop(each.cipher)
        raise
    return tuple(files)


def _attach(keeping: Keeping, name: str, path: Path) -> Attachment:
    key = new_key()
    found: list[Attachment] = []
    try:
        with path.open("rb") as file:

            def fill(write: object) -> bytes:
                digests = encrypt_stream(file.read, write, key)  # type: ignore[arg-type] # a writer
                found.append(
                    Attachment(
                        name=name,
                        type="application/octet-stream",
                        size=digests.size,
                        sha256=digests.sha256_plain,
                        key=key,
                        cipher=digests.sha256_cipher,
                        cipher_size=digests.cipher_size,
                    )
                )
                return digests.sha256_cipher

            keeping.blobs.take(fill)
    except OSError as error:
        raise FormatError("node.attachment", path=str(path), why=error.strerror or "") from error
    return found[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """A thread in which this party may speak."""

    thread: Thread
    opening: Said
    capability: Capability
    state: State


class Submit:
    """Says what our officers, and our node itself, have to say."""

    def __init__(self, keeping: Keeping, register: Register) -> None:
        """Use what the node keeps, and its trunk."""
        self._keeping, self._register = keeping, register

    def say(self, transaction: Transaction, prepared: Prepared) -> Done:
        """Say what an officer wants to say.

        Raises:
            RuleError: the rule that bars it; nothing was signed.
            FormatError: its form is not right; nothing was signed.

        """
        saying = prepared.saying
        if saying.subject is None:
            return self._open(transaction, prepared)
        standing = self._standing(saying.subject)
        if number(transaction.one("said_by", saying.subject, self._keeping.party)[0]) >= MOST_SAID:
            raise FormatError("node.thread-full", limit=MOST_SAID)
        act = self._linked(
            standing, Act(type=saying.kind, texts=prepared.origins, own=dict(saying.own))
        )
        self._judge(standing, act, prepared.sections)
        return self._sign(transaction, saying.subject, act, prepared.sections)

    def say_seen(self, transaction: Transaction, subject: SubjectId) -> Done | None:
        """Say by the node's own key that it holds the thread, if it still owes that (ruling 14)."""
        standing = self._standing(subject)
        if not owes_seen(standing.thread.telling, self._keeping.party):
            return None
        act = self._linked(standing, Act(type=SEEN))
        return self._sign(transaction, subject, act, {}, by_node=True)

    def say_refused(self, transaction: Transaction, refused: Said, ground: str) -> Done | None:
        """Say by the node's own key that it refused a statement for good, once (ruling 17).

        Only in a thread of which issuer and this party are parties; ``ground`` is the code of
        the error.
        """
        thread = load_thread(self._keeping, refused.subject, self._keeping.store.write)
        party, circle = self._keeping.party, thread.telling.parties
        held = refused.id in thread.said or refused.act.case not in thread.said
        if held or refused.issuer == party or not {party, refused.issuer} <= set(circle):
            return None
        own = (refused_place(each) for each in thread.said.values() if each.issuer == party)
        before = [each for each in own if each is not None and each.issuer == refused.issuer]
        if len(before) >= MOST_REFUSED or refused.id in {each.sid for each in before}:
            return None
        act = self._linked(
            self._standing(refused.subject), Act(type=REFUSED, own=own_of(refused, ground))
        )
        return self._sign(transaction, refused.subject, act, {}, by_node=True)

    def _open(self, transaction: Transaction, prepared: Prepared) -> Done:
        saying, keeping = prepared.saying, self._keeping
        nonce = secrets.token_bytes(NONCE_BYTES)
        subject = subject_id(keeping.party, nonce)
        act = Act(
            type=saying.kind,
            net=saying.net,
            nonce=nonce,
            aud=tuple(sorted(set(saying.to))),
            texts=prepared.origins,
            own=dict(saying.own),
        )
        capability = capability_of(saying.kind)
        if capability is not MECHANISM:
            barred = keeping.refuse_if_not_in_force(saying.net, keeping.store.write)
            if barred is not None:
                raise barred
            members = keeping.ground_of(saying.net, keeping.store.write).members
            if strangers := set(saying.to) - set(members):
                raise TrustError("node.not-a-member", party=min(strangers))
        thread = load_thread(keeping, subject, keeping.store.write)
        if thread.said:
            raise PeerError("node.fault", why="subject")
        self._judge_opening(subject, act, prepared.sections)
        return self._sign(transaction, subject, act, prepared.sections)

    def _standing(self, subject: SubjectId) -> _Standing:
        thread = load_thread(self._keeping, subject, self._keeping.store.write)
        if thread.opening is None or thread.capability is None or thread.state is None:
            raise FormatError("node.no-such-subject", subject=subject.hex())
        if self._keeping.party not in thread.telling.parties:
            raise TrustError("node.not-a-party", subject=subject.hex())
        return _Standing(
            thread=thread,
            opening=thread.opening,
            capability=thread.capability,
            state=thread.state,
        )

    def _linked(self, standing: _Standing, act: Act) -> Act:
        opening, telling = standing.opening, standing.thread.telling
        own_charter = opening.act.net is None and standing.capability is MECHANISM
        others = [each for each in telling.parties if each != self._keeping.party]
        prev, seen = telling.last_of.get(self._keeping.party), _tips(telling)
        fold = partial(standing.capability.fold, ground=standing.thread.ground)
        cited = seen if prev is None else (*seen, prev)
        return Act(
            type=act.type,
            net=opening.id if own_charter else opening.act.net,
            case=opening.id,
            aud=tuple(sorted(others)),
            prev=prev,
            seen=seen,
            state=state_before(telling, standing.state, cited, fold),
            texts=act.texts,
            own=act.own,
        )

    def _judge(self, standing: _Standing, act: Act, sections: Mapping[str, Section]) -> None:
        thread, capability = standing.thread, standing.capability
        knew = frozenset(each.said.id for each in thread.telling.told)
        move = self._move(thread.subject, act, knew)
        _check_form(capability, move.said, sections)
        # What the statement itself cites counts too, as it will at every other end.
        ground = proven(
            [*thread.said.values(), move.said],
            thread.entries,
            self._keeping.directory,
            thread.ground,
        )
        barred = capability.judge(standing.state, move, ground)
        if barred is not None:
            raise refuse(barred)

    def _judge_opening(self, subject: SubjectId, act: Act, sections: Mapping[str, Section]) -> None:
        capability = capability_of(act.type)
        if capability is None or capability.opens != act.type:
            raise FormatError("node.unknown-kind", kind=act.type)
        ground = self._keeping.ground_of(act.net, self._keeping.store.write)
        move = self._move(subject, act, frozenset())
        _check_form(capability, move.said, sections)
        barred = capability.judge(capability.fold((), ground), move, ground)
        if barred is not None:
            raise refuse(barred)

    def _move(self, subject: SubjectId, act: Act, knew: frozenset[StatementId]) -> Told:
        said = Said(
            id=_NOT_YET,
            issuer=self._keeping.party,
            subject=subject,
            act=act,
            claimed_at=self._keeping.clock.now(),
            by_node=False,
        )
        return Told(said=said, knew=knew, barred=None)

    def _sign(
        self,
        transaction: Transaction,
        subject: SubjectId,
        act: Act,
        sections: Mapping[str, Section],
        *,
        by_node: bool = False,
    ) -> Done:
        keeping = self._keeping
        body = {**sections, "act": act_section(act)}
        signer = keeping.keys.signing[NODE if by_node else SIGN]
        if keeping.own.expired(signer.public.kid, [transaction.now]):
            raise refuse(EXPIRED)
        statement = sign(
            issuer=keeping.party,
            subject=subject_urn(subject),
            issued_at=transaction.now,
            payload=payload_of(body.values()),
            signer=signer,
        )
        entrant = Entrant(
            statement=statement,
            issuer=keeping.party,
            subject=subject,
            act=act,
            sections=body,
            by_node=by_node,
        )
        self._register.take(transaction, entrant)
        self._register.queue(transaction, statement.sid, act.aud)
        return Done(subject=subject, statement=statement.sid, act=act)


class Refusing:
    """Lets the node say what it refused for good, so that nothing waits for it."""

    def __init__(self, keeping: Keeping, submit: Submit, writer: Writer) -> None:
        """Say it by ``submit``, in the writer's time."""
        self._keeping, self._submit, self._writer = keeping, submit, writer

    def __call__(self, said: Said, error: ComityError) -> None:
        """Note a refusal of what is addressed to us in a thread that we hold."""
        case, code = said.act.case, error.code
        if case is None or self._keeping.party not in said.act.aud:
            return
        if load_one(self._keeping.store, case) is not None:
            self._writer.submit(lambda done: self._submit.say_refused(done, said, code))


def _check_form(capability: Capability, said: Said, sections: Mapping[str, Section]) -> None:
    """Check what the addressee's node will check, so that it cannot refuse what we sign."""
    whole = {**sections, "act": act_section(said.act)}
    capability.check(said, whole)
    check_texts(said.act, whole)


def _tips(telling: Telling) -> tuple[StatementId, ...]:
    """Return what the next statement has seen: of too many tips, those with effect first.

    The others follow with the one after it, so that nobody silences a party by saying more
    things at once than a statement can list.
    """
    if len(telling.tips) <= MOST_SEEN:
        return telling.tips
    first = sorted(telling.tips, key=lambda sid: (sid in telling.aside, sid))
    return tuple(sorted(first[:MOST_SEEN]))
