"""A world of offices that only remember: real statements, rules and rows, no keys and no logs.

Every statement is in both logs at once, a second apart; ``World.clock`` is set by the test.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from comity.capabilities.assistance.operations import OPERATIONS
from comity.capabilities.assistance.operations.statements import ATTACHMENTS
from comity.capabilities.assistance.profiles import PROFILES
from comity.capabilities.assistance.projection import row_of
from comity.capabilities.assistance.rules import ASSISTANCE
from comity.errors import FormatError
from comity.fold.capability import FirstReceipts, Ground, LogTime, State
from comity.fold.entry import Said, Told
from comity.fold.rule import refuse
from comity.fold.thread import parties_of, tell
from comity.kit.desk import Json
from comity.kit.office import (
    Done,
    EntryView,
    MechanismView,
    PartyView,
    ReceiptView,
    Saying,
    ThreadView,
)
from comity.statement.act import Act, TextOrigin
from comity.statement.blob import Attachment, cipher_size_of, encode_attachments
from comity.statement.body import CBOR_TYPE, TEXT_TYPE, Section, new_section
from comity.statement.model import PartyId, StatementId, SubjectId, subject_of, subject_urn
from comity.statement.subject import subject_id
from comity.store.projections import Cell

T0 = 1_800_000_000
NET = StatementId(b"\x07" * 32)
ASKER = PartyId("urn:comity:party:" + "a" * 51 + "q")
ASKED = PartyId("urn:comity:party:" + "b" * 51 + "q")
NAMES = {
    ASKER: ("cn", {"zh": "甲方", "en": "Ministry A"}),
    ASKED: ("us", {"zh": "乙方", "en": "Ministry B"}),
}
GROUND = Ground(net=NET, members=(ASKER, ASKED), profiles=dict(PROFILES.keys()), languages={})
FIELDS: dict[str, Json] = {
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


@dataclass
class Held:
    """A statement, its body, and when each log took it."""

    said: Said
    sections: Mapping[str, Section]
    times: Mapping[PartyId, int]


@dataclass
class World:
    """Two parties, their mechanism, and everything they said."""

    clock: int = T0
    ground: Ground = GROUND
    demo: bool = False
    in_force: bool = True
    reached: bool = True
    """Whether the other log takes what is said."""
    threads: dict[SubjectId, dict[StatementId, Held]] = field(default_factory=dict)
    files: dict[bytes, Path] = field(default_factory=dict)

    def office(self, party: PartyId) -> "MemoryOffice":
        return MemoryOffice(self, party)

    def call(self, party: PartyId, operation: str, **arguments: Json) -> dict[str, Json]:
        return OPERATIONS[operation](self.office(party), **arguments)

    def view(self, subject: SubjectId) -> ThreadView:
        held = self.threads[subject]
        said = [each.said for each in held.values()]
        opening = next(each for each in said if each.act.case is None)
        telling = tell(said, parties_of(opening))
        ground = replace(self.ground, proven=self.proven(held))
        times = {(sid, log): at for sid, each in held.items() for log, at in each.times.items()}
        return ThreadView(
            subject=subject,
            parties=telling.parties,
            telling=telling,
            state=ASSISTANCE.fold(telling.told, ground),
            entries={
                sid: EntryView(
                    said=each.said,
                    sections=each.sections,
                    receipts=tuple(
                        ReceiptView(
                            log=log,
                            size=number,
                            time=at,
                            verified=True,
                            encoded=f"{log} {at}".encode(),
                        )
                        for log, at in each.times.items()
                    ),
                )
                for number, (sid, each) in enumerate(held.items(), 2)
            },
            ground=ground,
            receipts=FirstReceipts(times=times, subject=subject),
            demo=self.demo,
        )

    def proven(
        self, held: Mapping[StatementId, Held]
    ) -> dict[tuple[StatementId, StatementId], tuple[LogTime, ...]]:
        """Return what cited receipts prove; a receipt here is the log's name and its time."""
        found = {}
        for sid, each in held.items():
            found.update(proved(sid, each.said.act))
        return found

    def take(self, said: Said, sections: Mapping[str, Section]) -> None:
        """Let both logs take a statement, whoever made it and whatever it is."""
        times = {said.issuer: self.clock}
        if self.reached:
            other = ASKED if said.issuer == ASKER else ASKER
            times[other] = self.clock + 1
        thread = self.threads.setdefault(said.subject, {})
        thread[said.id] = Held(said, sections, times)
        self.clock += 2

    def deliver(self) -> None:
        """Let what was said meanwhile reach the other log now."""
        for thread in self.threads.values():
            for each in thread.values():
                each.times = {ASKER: self.clock, ASKED: self.clock, **each.times}
        self.reached = True


def proved(
    sid: StatementId, act: Act
) -> dict[tuple[StatementId, StatementId], tuple[LogTime, ...]]:
    found: dict[tuple[StatementId, StatementId], tuple[LogTime, ...]] = {}
    cites = act.own.get("cites", [])
    for cited in cites if isinstance(cites, list) else []:
        if isinstance(cited, list) and isinstance(cited[0], bytes) and isinstance(cited[1], bytes):
            log, _, at = cited[1].decode().partition(" ")
            found[sid, StatementId(cited[0])] = (LogTime(PartyId(log), int(at)),)
    return found


class MemoryOffice:
    """One party's office in a world; ``kit.office.Office`` without a node."""

    def __init__(self, world: World, party: PartyId) -> None:
        self.world = world
        self.party = party
        self.kept: dict[str, bytes] = {}

    def now(self) -> int:
        return self.world.clock

    def find_party(self, word: str) -> PartyView:
        for party, (code, _) in NAMES.items():
            if word == code or (len(word) > 20 and party.startswith(word)):
                return self.party_view(party)
        raise FormatError("parties.unknown", party=word)

    def party_view(self, party: PartyId) -> PartyView:
        code, names = NAMES[party]
        return PartyView(id=party, names=names, code=code, demo=self.world.demo)

    def find_mechanism(self, word: str) -> MechanismView:
        if word != "m":
            raise FormatError("node.no-such-mechanism", subject=word)
        return MechanismView(
            net=NET,
            subject=SubjectId(bytes(16)),
            names={"en": "M"},
            ground=self.world.ground,
            in_force=self.world.in_force,
            demo=self.world.demo,
        )

    def find_subject(self, capability: str, word: str) -> SubjectId:
        assert capability == "assistance"
        found = [each for each in self.world.threads if subject_urn(each).startswith(word)]
        if len(found) != 1:
            raise FormatError("node.no-such-subject", subject=word)
        return found[0]

    def say(self, saying: Saying) -> Done:
        sections = [
            new_section(f"text.{tag}", TEXT_TYPE, text.encode())
            for tag, text in saying.texts.items()
        ]
        sections += [
            new_section(f"maker.{tag}", TEXT_TYPE, maker.name.encode())
            for tag, maker in saying.makers.items()
        ]
        sections += saying.sections
        if saying.attachments:
            files = [self._attach(name, path) for name, path in saying.attachments]
            sections.append(new_section(ATTACHMENTS, CBOR_TYPE, encode_attachments(files)))
        origins: dict[str, TextOrigin | None] = dict.fromkeys(saying.texts)
        for tag, maker in saying.makers.items():
            origins[tag] = TextOrigin(of=maker.of, at=self.world.clock, machine=maker.machine)
        return self._judged(saying, origins, {each.name: each for each in sections})

    def _judged(
        self,
        saying: Saying,
        origins: Mapping[str, TextOrigin | None],
        sections: Mapping[str, Section],
    ) -> Done:
        sid = StatementId(sha256(f"{self.world.clock}/{self.party}".encode()).digest())
        act = Act(type=saying.kind, net=NET, texts=origins, own=saying.own)
        if saying.subject is None:
            nonce = sha256(sid).digest()
            subject, ground = subject_id(self.party, nonce), self.world.ground
            state: State = ASSISTANCE.fold((), ground)
            knew = frozenset[StatementId]()
            act = replace(act, nonce=nonce, aud=tuple(sorted(set(saying.to))))
        else:
            subject = saying.subject
            view = self.world.view(subject)
            state, ground, telling = view.state, view.ground, view.telling
            knew = frozenset(told.said.id for told in telling.told)
            act = replace(
                act,
                case=next(told.said.id for told in telling.told if told.said.act.case is None),
                aud=tuple(each for each in telling.parties if each != self.party),
                prev=telling.last_of.get(self.party),
                seen=telling.tips,
            )
        said = Said(
            id=sid,
            issuer=self.party,
            subject=subject,
            act=act,
            claimed_at=self.world.clock,
            by_node=False,
        )
        ASSISTANCE.check(said, sections)
        ground = replace(ground, proven={**ground.proven, **proved(sid, act)})
        barred = ASSISTANCE.judge(state, Told(said=said, knew=knew, barred=None), ground)
        if barred is not None:
            raise refuse(barred)
        self.world.take(said, sections)
        return Done(subject=subject, statement=sid, act=act)

    def _attach(self, name: str, path: Path) -> Attachment:
        content = path.read_bytes()
        cipher = sha256(b"sealed" + content).digest()
        self.world.files[cipher] = path
        return Attachment(
            name=name,
            type="application/octet-stream",
            size=len(content),
            sha256=sha256(content).digest(),
            key=bytes(32),
            cipher=cipher,
            cipher_size=cipher_size_of(len(content)),
        )

    def thread(self, subject: SubjectId) -> ThreadView:
        return self.world.view(subject)

    def query(self, name: str, *values: str | int | bytes | None) -> list[tuple[object, ...]]:
        rows = [row_of(self.world.view(subject)) for subject in self.world.threads]
        if name == "asked":
            return [(sum(row[2] == values[0] for row in rows),)]
        return [row for row in rows if name == "list" or row[9] is not None]

    def read_attachment(self, cipher: bytes, key: bytes, target: Path) -> None:
        assert key == bytes(32)
        if cipher not in self.world.files:
            raise FormatError("store.no-such-blob", digest=cipher.hex())
        with self.world.files[cipher].open("rb") as source, target.open("xb") as copy:
            shutil.copyfileobj(source, copy)

    def keep_draft(self, draft: str, content: bytes) -> None:
        self.kept[draft] = content

    def drafts(self) -> Mapping[str, bytes]:
        return self.kept

    def drop_draft(self, draft: str) -> None:
        del self.kept[draft]


class MemoryDesk:
    """A desk over such an office."""

    def __init__(self, office: MemoryOffice) -> None:
        self.office = office

    def call(self, operation: str, arguments: Mapping[str, Json]) -> dict[str, Json]:
        return OPERATIONS[operation](self.office, **arguments)


def submitted(world: World, **changes: Json) -> str:
    """Submit a request and return its subject."""
    arguments: dict[str, Json] = {
        "mechanism": "m",
        "to": "us",
        "profile": "csirt-incident",
        "fields": FIELDS,
    }
    return str(world.call(ASKER, "assistance.submit", **(arguments | changes))["subject"])


def subject_in(urn: str) -> SubjectId:
    """Return the subject that a URN names."""
    return subject_of(urn)


def cells(world: World, urn: str) -> tuple[Cell, ...]:
    """Return the row of a case."""
    return row_of(world.view(subject_of(urn)))
