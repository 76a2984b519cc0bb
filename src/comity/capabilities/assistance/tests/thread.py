"""Parties, threads and receipts for the tests of requests for assistance."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from comity.capabilities.assistance.clocks import clocks
from comity.capabilities.assistance.profiles import PROFILES
from comity.capabilities.assistance.request import Request
from comity.capabilities.assistance.rules import fold, judge
from comity.capabilities.assistance.schema import Payload, Submit, kind_of, own_part
from comity.fold.capability import FirstReceipts, Ground, LogTime
from comity.fold.duty import Duty
from comity.fold.entry import Said
from comity.fold.rule import Rule
from comity.fold.thread import Telling, tell
from comity.statement.act import Act
from comity.statement.cbor import Value
from comity.statement.model import PartyId, StatementId
from comity.statement.subject import subject_id

ASKER = PartyId("urn:comity:party:" + "a" * 52)
ASKED = PartyId("urn:comity:party:" + "b" * 52)
THIRD = PartyId("urn:comity:party:" + "c" * 52)
STRANGER = PartyId("urn:comity:party:" + "d" * 52)
NONCE = bytes(32)
NET = StatementId(b"\x07" * 32)
SUBJECT = subject_id(ASKER, NONCE)
T0 = 1_800_000_000
HOUR, DAY = 3600, 86_400

GROUND = Ground(
    net=NET,
    members=(ASKER, ASKED, THIRD),
    profiles=dict(PROFILES.keys()),
    languages={},
)


def submit(profile: str = "csirt-incident", **changes: Any) -> Submit:
    """Return an opening of a profile."""
    parts: dict[str, Any] = {
        "profile": profile,
        "version": "1",
        "urgency": "routine",
        "tlp": "AMBER",
        "pap": "GREEN",
        "languages": ("en", "zh"),
    }
    return Submit(**(parts | changes))


@dataclass
class Story:
    """Who said what, having seen what; ``salt`` changes the ids and so the order of ties."""

    salt: str = ""
    ground: Ground = GROUND
    parties: tuple[PartyId, ...] = (ASKER, ASKED)
    said: dict[str, Said] = field(default_factory=dict)
    held: dict[StatementId, frozenset[StatementId]] = field(default_factory=dict)
    times: dict[tuple[StatementId, PartyId], int] = field(default_factory=dict)
    proven: dict[tuple[StatementId, StatementId], tuple[LogTime, ...]] = field(default_factory=dict)

    def id(self, name: str) -> StatementId:
        return StatementId(sha256(f"{self.salt}/{name}".encode()).digest())

    def say(  # noqa: PLR0913 - one line of a story says all of this
        self,
        name: str,
        issuer: str,
        payload: Payload | None = None,
        *,
        seen: Iterable[str] | None = None,
        text: bool | Iterable[str] = True,
        own: Mapping[str, Value] | None = None,
        kind: str | None = None,
        at: int | None = None,
        by_node: bool = False,
    ) -> "Story":
        """Let a party say something, having seen everything unless ``seen`` names less.

        ``at`` is when the addressee's log held it: the time that all clocks go by.
        """
        mine = [each for each in self.said.values() if each.issuer == issuer]
        tags = ("en",) if text is True else () if text is False else tuple(text)
        first = not self.said
        saw = list(self.said) if seen is None else list(seen)
        act = Act(
            type=kind or (kind_of(payload) if payload else "assistance.clarify"),
            net=NET,
            case=None if first else next(iter(self.said.values())).id,
            nonce=NONCE if first else None,
            aud=tuple(sorted(set(self.parties) - {PartyId(issuer)})),
            prev=mine[-1].id if mine else None,
            seen=tuple(sorted(self.id(each) for each in saw)),
            texts=dict.fromkeys(tags),
            own=own if own is not None else own_part(payload) if payload else {},
        )
        self.said[name] = Said(
            id=self.id(name),
            issuer=PartyId(issuer),
            subject=SUBJECT,
            act=act,
            claimed_at=0,
            by_node=by_node,
        )
        if at is not None:
            self.times[self.id(name), ASKED] = at
        return self

    def prove(self, citing: str, cited: str, time: int, log: PartyId = ASKED) -> "Story":
        """Let a statement cite a receipt that proves when a log held another."""
        key = (self.id(citing), self.id(cited))
        self.proven[key] = (*self.proven.get(key, ()), LogTime(log, time))
        return self

    @property
    def whole_ground(self) -> Ground:
        return Ground(
            net=self.ground.net,
            members=self.ground.members,
            profiles=self.ground.profiles,
            languages=self.ground.languages,
            proven=self.proven,
        )

    @property
    def telling(self) -> Telling:
        return tell(self.said.values(), self.parties, held_before=self.held)

    @property
    def request(self) -> Request:
        return fold(self.telling.told, self.whole_ground)

    @property
    def phase(self) -> str:
        return self.request.phase.value

    def effect(self, name: str) -> str | None:
        """Return the id of the rule that bars a statement, or ``None`` if it has effect."""
        rule = self.request.without_effect.get(self.id(name))
        return rule.id if rule else None

    def judge(self, name: str) -> Rule | None:
        """Judge a statement as its own officer would be: on all the others, before signing."""
        told = self.telling.told
        move = next(each for each in told if each.said.id == self.id(name))
        rest = [each for each in told if each.said.id != self.id(name)]
        return judge(fold(rest, self.whole_ground), move, self.whole_ground)

    def duties(self, now: int | None = None) -> dict[str, Duty]:
        receipts = FirstReceipts(times=self.times, subject=SUBJECT)
        return {duty.id: duty for duty in clocks(self.request, receipts, now)}


def asked(profile: str = "csirt-incident", salt: str = "", **changes: Any) -> Story:
    """Return a story that begins with a request, delivered at ``T0``."""
    return Story(salt=salt).say("ask", ASKER, submit(profile, **changes), at=T0)


def both_ways(tell_story: Callable[[str], Story]) -> list[Story]:
    """Return two tellings of one story in which a tie of ids falls either way."""
    found: dict[tuple[int, ...], Story] = {}
    for number in range(64):
        story = tell_story(str(number))
        names = {story.id(name): place for place, name in enumerate(story.said)}
        found.setdefault(tuple(names[each.said.id] for each in story.telling.told), story)
    assert len(found) > 1, "nothing crosses in this story"
    return list(found.values())
