"""Which witnesses must have cosigned a head: C2SP tlog-policy, read strictly and evaluated.

```
log <vkey> [<url>]
witness <name> <vkey> [<url>]
group <name> <k|any|all> <name>…
quorum <name|none>
```

A quorum counts parties, never keys: who cosigns is known by the name in its vkey, and a name,
like a key, stands under one ``witness`` line only, so that nobody counts twice in any group
(security, finding 10 and threat T12).  Each defined name is a member of one group at most.

Source: C2SP tlog-policy; wire profile, section 2.4.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from comity.errors import ComityError, FormatError
from comity.log.note import (
    ED25519_COSIGNATURE,
    ED25519_LINE,
    MLDSA44_COSIGNATURE,
    NoteKey,
    parse_vkey,
)

MOST_QUORUM_BYTES: Final = 128 * 1024
MOST_LINES: Final = 512
NONE: Final = "none"
ANY, ALL = "any", "all"
_OF_LOGS: Final = frozenset({ED25519_LINE, MLDSA44_COSIGNATURE})
_OF_WITNESSES: Final = frozenset({ED25519_COSIGNATURE, MLDSA44_COSIGNATURE})
_THRESHOLD: Final = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)
_NAME: Final = re.compile(r"[\x21-\x7e]{1,64}", re.ASCII)
_ALLOWED: Final = re.compile(r"[\t\n\x20-\x7e\x80-\U0010ffff]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A log or a witness: its key, and where it is, if the policy says so."""

    key: NoteKey
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Some names, of which so many must have cosigned."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quorum:
    """A policy, read."""

    logs: tuple[Listed, ...] = ()
    witnesses: Mapping[str, Listed] = field(default_factory=dict)
    """By the name that they have in the policy and nowhere else."""
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str = NONE

    @property
    def text(self) -> str:
        """The policy in its one form: without comments, one space between words."""
        lines = [_words("log", each.key.vkey, each.url) for each in self.logs]
        lines += [
            _words("witness", name, each.key.vkey, each.url)
            for name, each in self.witnesses.items()
        ]
        lines += [
            _words("group", name, str(group.threshold), *group.members)
            for name, group in self.groups.items()
        ]
        return "\n".join([*lines, _words("quorum", self.quorum), ""])

    def met_by(self, cosigners: Collection[str]) -> bool:
        """Tell whether the quorum is met, if exactly these have cosigned.

        Args:
            cosigners: names as in their vkeys, whose cosignatures were verified.

        """
        return self.quorum == NONE or self._met(self.quorum, frozenset(cosigners))

    def _met(self, name: str, cosigners: frozenset[str]) -> bool:
        witness = self.witnesses.get(name)
        if witness is not None:
            return witness.key.name in cosigners
        group = self.groups[name]
        return sum(self._met(each, cosigners) for each in group.members) >= group.threshold


def parse_quorum(text: str) -> Quorum:
    """Read a policy.

    Raises:
        FormatError: ``quorum.size``, ``quorum.line`` (which cannot be read),
            ``quorum.name`` (not defined before, or twice), ``quorum.twice`` (a key, or a party,
            on two lines), ``quorum.threshold``, ``quorum.missing`` (not exactly one quorum).

    """
    if len(text) > MOST_QUORUM_BYTES or text.count("\n") > MOST_LINES:
        raise FormatError("quorum.size", limit=MOST_QUORUM_BYTES)
    if not _ALLOWED.fullmatch(text) or (text and not text.endswith("\n")):
        raise FormatError("quorum.line", line=0)
    reader = _Reader()
    for number, line in enumerate(text.split("\n"), 1):
        words = line.replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if words and not words[0].startswith("#"):
            reader.read(number, words)
    return reader.made()


class _Reader:
    """What was read so far."""

    def __init__(self) -> None:
        self._logs: list[Listed] = []
        self._witnesses: dict[str, Listed] = {}
        self._groups: dict[str, Group] = {}
        self._members: set[str] = set()
        self._quorum: str | None = None

    def read(self, number: int, words: Sequence[str]) -> None:
        match words:
            case ["log", vkey, *rest] if len(rest) <= 1:
                self._logs.append(self._listed(number, vkey, rest, _OF_LOGS))
            case ["witness", name, vkey, *rest] if len(rest) <= 1:
                self._define(number, name)
                self._witnesses[name] = self._listed(number, vkey, rest, _OF_WITNESSES)
            case ["group", name, threshold, *members] if members:
                self._define(number, name)
                self._group(number, name, threshold, members)
            case ["quorum", name] if self._quorum is None:
                if name != NONE:
                    self._known(number, name)
                self._quorum = name
            case ["quorum", _]:
                raise FormatError("quorum.missing")
            case _:
                raise FormatError("quorum.line", line=number)

    def made(self) -> Quorum:
        if self._quorum is None:
            raise FormatError("quorum.missing")
        return Quorum(
            logs=tuple(self._logs),
            witnesses=MappingProxyType(self._witnesses),
            groups=MappingProxyType(self._groups),
            quorum=self._quorum,
        )

    def _define(self, number: int, name: str) -> None:
        if not _NAME.fullmatch(name) or name == NONE or self._is_defined(name):
            raise FormatError("quorum.name", line=number, name=ascii(name[:64]))

    def _is_defined(self, name: str) -> bool:
        return name in self._witnesses or name in self._groups

    def _known(self, number: int, name: str) -> None:
        if not self._is_defined(name):
            raise FormatError("quorum.name", line=number, name=ascii(name[:64]))

    def _group(self, number: int, name: str, threshold: str, members: Sequence[str]) -> None:
        for member in members:
            self._known(number, member)
            if member in self._members:
                raise FormatError("quorum.name", line=number, name=ascii(member[:64]))
            self._members.add(member)
        most = len(members)
        needed = {ANY: 1, ALL: most}.get(threshold)
        if needed is None and _THRESHOLD.fullmatch(threshold):
            needed = int(threshold)
        if needed is None or not 1 <= needed <= most:
            raise FormatError("quorum.threshold", line=number, most=most)
        self._groups[name] = Group(threshold=needed, members=tuple(members))

    def _listed(
        self, number: int, vkey: str, rest: Sequence[str], types: Collection[int]
    ) -> Listed:
        try:
            key = parse_vkey(vkey)
        except ComityError as error:
            raise FormatError("quorum.line", line=number) from error
        if key.type not in types:
            raise FormatError("quorum.line", line=number)
        others = self._logs if types is _OF_LOGS else list(self._witnesses.values())
        by_name = types is not _OF_LOGS
        for other in others:
            # One key under two names, and one party with two keys, would count twice.
            if other.key.key.raw == key.key.raw or (by_name and other.key.name == key.name):
                raise FormatError("quorum.twice", line=number)
        return Listed(key=key, url="".join(rest))


def _words(*words: str) -> str:
    return " ".join(word for word in words if word)
