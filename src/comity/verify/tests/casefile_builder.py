"""A small case in memory: two parties, two logs, a charter, a request; no node, no store."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from io import BytesIO
from typing import Any, Final

from comity.capabilities.assistance.fields import (
    check_fields,
    fields_section,
    fill_envelope,
    submission,
)
from comity.capabilities.assistance.profiles import profile_named
from comity.capabilities.assistance.schema import Acknowledge, Answer, Payload, kind_of, own_part
from comity.capabilities.assistance.tests.test_fields import GIVEN, KNOWN
from comity.casefile.content import (
    CaseContent,
    EvidenceContent,
    PartyContent,
    StatementContent,
    ThreadContent,
)
from comity.casefile.write import Sealing, write_case
from comity.log.checkpoint import Checkpoint, sign_checkpoint
from comity.log.merkle import leaf_hash
from comity.log.receipt import build_receipt, sign_head
from comity.log.tree import Tree
from comity.parties.address import Address, make_address
from comity.parties.card import CardPart, write_card
from comity.parties.charter import ACCEDE, Terms, charter_act
from comity.parties.inception import LOG, LOG_PQ, NODE, RECEIPT, SIGN
from comity.parties.policy import Policy, make_policy
from comity.parties.speech import Spoken, name_sections
from comity.parties.tests.party_stories import NOW, Known, known
from comity.statement.act import Act, act_section
from comity.statement.blob import Attachment, encode_attachments, encrypt_stream, new_key
from comity.statement.body import CBOR_TYPE, Section, new_section, payload_of
from comity.statement.cbor import Value
from comity.statement.envelope import Statement, UnverifiedStatement, attach, sign
from comity.statement.languages import text_section
from comity.statement.model import PartyId, StatementId, SubjectId, subject_urn
from comity.statement.subject import subject_id

PROFILE: Final = "csirt-incident"
SETTLED: Final = "thread.seen"


@dataclass(slots=True)
class Log:
    """A party's log: its tree, and the receipt of each statement as it was first given."""

    owner: Known
    tree: Tree = field(default_factory=Tree)
    time: int = NOW

    def append(self, statements: Sequence[Statement | UnverifiedStatement]) -> list[bytes]:
        """Take statements as one batch under one head; return their receipts."""
        first = self.tree.size
        for each in statements:
            self.tree.append(leaf_hash(each.entry))
        self.time += 1
        head, keys = self.owner.party.log, self.owner.keys
        size, root = self.tree.size, self.tree.root()
        checkpoint = sign_checkpoint(
            Checkpoint(origin=head.origin, size=size, root=root),
            self.time,
            keys[LOG],
            keys[LOG_PQ],
        )
        signature = sign_head(
            log_uri=head.log_uri,
            origin=head.origin,
            time=self.time,
            size=size,
            root=root,
            signer=keys[RECEIPT],
        )
        return [
            build_receipt(signature, at, self.tree.inclusion(at, size), checkpoint)
            for at in range(first, size)
        ]


@dataclass(slots=True)
class Speaker:
    """A party that can speak: its keys, its log, its card."""

    known: Known
    log: Log
    card: str

    @property
    def id(self) -> PartyId:
        """The party."""
        return self.known.party.id


def speaker(name: str, *, demo: bool = False) -> Speaker:
    """Return a party whose log holds its policy, its inception and its address."""
    owner = known(name, demo=demo)
    said = {"signer": owner.keys[SIGN], "issued_at": NOW}
    policy = make_policy(owner.party.id, Policy(), secrets.token_bytes(32), **said)  # type: ignore[arg-type]
    address = make_address(
        owner.party.id,
        Address(url="https://node.example", pin=None),
        secrets.token_bytes(32),
        **said,  # type: ignore[arg-type]
    )
    log = Log(owner=owner)
    spoken: list[Spoken] = [policy, owner.inception, address]
    receipts = log.append([each.statement for each in spoken])
    parts = [
        CardPart(
            signed=attach(each.statement.encoded, [receipt]),
            sections=each.sections,
        )
        for each, receipt in zip(spoken, receipts, strict=True)
    ]
    return Speaker(known=owner, log=log, card=write_card(parts[1], parts[2]))


@dataclass(slots=True)
class Case:
    """A case that grows as parties speak; every log takes every statement."""

    parties: tuple[Speaker, ...]
    demo: bool = False
    statements: dict[SubjectId, list[StatementContent]] = field(default_factory=dict)
    evidence: list[EvidenceContent] = field(default_factory=list)
    net: StatementId | None = None
    last: dict[tuple[SubjectId, PartyId], StatementId] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    profiles: Mapping[str, str] = field(default_factory=lambda: {PROFILE: "1"})

    def say(
        self,
        by: Speaker,
        act: Act,
        sections: Sequence[Section] = (),
        *,
        subject: SubjectId | None = None,
        purpose: str = SIGN,
    ) -> StatementContent:
        """Say something: it has seen all that was said on its subject before."""
        if subject is None:
            subject = subject_id(by.id, act.nonce or b"")
        before = self.statements.setdefault(subject, [])
        others = tuple(sorted(each.id for each in self.parties if each is not by))
        act = replace(act, aud=others)
        if before:
            act = replace(
                act,
                case=before[0].sid,
                prev=self.last.get((subject, by.id)),
                seen=(before[-1].sid,),
            )
        body = {each.name: each for each in (act_section(act), *sections)}
        statement = sign(
            issuer=by.id,
            subject=subject_urn(subject),
            issued_at=NOW,
            payload=payload_of(body.values()),
            signer=by.known.keys[purpose],
        )
        order = sorted(self.parties, key=lambda each: each is not by)
        content = StatementContent.of(
            statement.sid,
            statement.encoded,
            body,
            {each.id: each.log.append([statement])[0] for each in order},
        )
        before.append(content)
        self.last[subject, by.id] = statement.sid
        return content

    def found(self) -> None:
        """Found the mechanism: the first party proposes, the others sign."""
        founder = self.parties[0]
        names = {"en": "Dialogue (demo)" if self.demo else "Dialogue"}
        terms = Terms(
            members=tuple(sorted(each.id for each in self.parties)),
            profiles=self.profiles,
            languages={},
            demo=self.demo,
        )
        act = charter_act(founder.id, terms, nonce=secrets.token_bytes(32), tags=list(names))
        charter = self.say(founder, act, name_sections(names))
        self.net = charter.sid
        (subject,) = self.statements
        for each in self.parties[1:]:
            self.say(each, Act(type=ACCEDE, net=self.net), subject=subject)

    def ask(self, **changes: Value) -> SubjectId:
        """Open a request with a Chinese text outside the basic plane."""
        profile = profile_named(PROFILE)
        given = GIVEN[PROFILE] | {"tlp": "AMBER", "pap": "GREEN"}
        checked = check_fields(profile, fill_envelope(profile, given, KNOWN))
        own = own_part(submission(profile, checked)) | changes
        texts = {"en": "Please preserve the logs.", "zh": "请保全日志𠮷。"}
        act = Act(
            type="assistance.submit",
            net=self.net,
            nonce=secrets.token_bytes(32),
            texts=dict.fromkeys(texts),
            own=own,
        )
        sections = [text_section(tag, text) for tag, text in texts.items()]
        sections.append(fields_section(checked))
        content = self.say(self.parties[0], act, sections)
        return next(key for key, said in self.statements.items() if content in said)

    def answer(
        self, subject: SubjectId, payload: Payload, files: Mapping[str, bytes] | None = None
    ) -> StatementContent:
        """Let the addressee say something, with attachments."""
        act = Act(
            type=kind_of(payload), net=self.net, texts={"en": None}, own=dict(own_part(payload))
        )
        sections = [text_section("en", "As asked.")]
        if files:
            listed = [self._attach(name, content) for name, content in files.items()]
            sections.append(new_section("attachments", CBOR_TYPE, encode_attachments(listed)))
        return self.say(self.parties[1], act, sections, subject=subject)

    def seen(self, by: Speaker, subject: SubjectId) -> StatementContent:
        """Let a party's node say that it holds what was said."""
        act = Act(type=SETTLED, net=self.net)
        return self.say(by, act, subject=subject, purpose=NODE)

    def _attach(self, name: str, content: bytes) -> Attachment:
        key, out = new_key(), BytesIO()
        digests = encrypt_stream(BytesIO(content).read, out.write, key)
        cipher = out.getvalue()
        self.evidence.append(
            EvidenceContent(cipher=digests.sha256_cipher, open=lambda: BytesIO(cipher))
        )
        return Attachment(
            name=name,
            type="application/octet-stream",
            size=digests.size,
            sha256=digests.sha256_plain,
            key=key,
            cipher=digests.sha256_cipher,
            cipher_size=digests.cipher_size,
        )

    def content(self, subject: SubjectId) -> CaseContent:
        """Return what an exporter hands over."""
        order = sorted(self.statements, key=lambda each: each != subject)
        assert self.net is not None
        fields: dict[str, Any] = {
            "kind": "assistance",
            "subject": subject,
            "net": self.net,
            "demo": self.demo,
            "exporter": self.parties[0].id,
            "parties": tuple(
                PartyContent(party=each.id, card=each.card, names=each.known.party.names)
                for each in sorted(self.parties, key=lambda each: each.id)
            ),
            "threads": tuple(
                ThreadContent(subject=each, statements=tuple(self.statements[each]))
                for each in order
            ),
            "evidence": tuple(self.evidence),
            "marking": "TLP:AMBER",
        }
        return CaseContent(**(fields | self.options))


def written(case: Case, content: CaseContent) -> bytes:
    """Return the case file, its manifest signed by the first party."""
    out = BytesIO()
    signer = case.parties[0].known.keys[SIGN]
    write_case(content, Sealing(signer=signer, now=NOW), out)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Story:
    """A whole case with its subject."""

    case: Case
    subject: SubjectId

    @property
    def content(self) -> CaseContent:
        """What an exporter hands over."""
        return self.case.content(self.subject)

    @property
    def file(self) -> bytes:
        """The case file."""
        return written(self.case, self.content)

    @property
    def root(self) -> str:
        """The mechanism's root."""
        assert self.case.net is not None
        return self.case.net.hex()


def told(*, demo: bool = False, files: Mapping[str, bytes] | None = None) -> Story:
    """Return a case: founded, asked, acknowledged, answered, and seen by both nodes."""
    case = Case((speaker("Aster", demo=demo), speaker("Briar", demo=demo)), demo=demo)
    case.found()
    subject = case.ask()
    case.answer(subject, Acknowledge())
    case.answer(subject, Answer(), files)
    case.seen(case.parties[0], subject)
    return Story(case, subject)


@lru_cache
def plain_story() -> Story:
    """Return a case without attachments, always the same one."""
    return told()


def own(payload: Payload) -> dict[str, Value]:
    """Return the own part of a payload."""
    return dict(own_part(payload))
