"""What may be asked wrongly, row by row; ``test_bad_input`` plays it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from .nodes import FIELDS, Node, Pair

Words = list[str | Path]
NOWHERE: Final = "urn:comity:matter:" + "0" * 32
LONG: Final = "长" * 19_000
PRESERVATION: Final[dict[str, Any]] = {
    "authority": "Court A",
    "offence_and_facts": {"en": "facts", "zh": "事实"},
    "data_sought": {"en": "logs", "zh": "日志"},
    "custodian_or_location": {"en": "a host", "zh": "主机"},
    "relation_to_offence": {"en": "it was used", "zh": "曾被使用"},
    "necessity": {"en": "it may be lost", "zh": "可能灭失"},
    "intent_to_follow_with_mla": True,
    "tlp": "AMBER",
    "pap": "GREEN",
}


@dataclass(slots=True, kw_only=True)
class Ground:
    """Two nodes, with a case in each state that the rows ask for."""

    pair: Pair
    folder: Path
    stranger: Node
    narrow: str
    """A mechanism with one profile in force."""
    bilingual: str
    """A mechanism that asks for both languages."""
    early: str
    """A mechanism that the other founder has not signed."""
    cases: dict[str, str] = field(default_factory=dict)
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    """What persons had said in each node's log, and of that its officers, before the next row."""

    def file(self, content: str | bytes) -> Path:
        """Write a file of any content."""
        path = self.folder / f"file-{len(list(self.folder.iterdir()))}.json"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def ask(self, *attached: Path, to: str = "", **fields: Any) -> Words:
        """Return the words of a request whose fields are wrong somewhere."""
        changed = {"to": to} if to else {}
        return self.pair.asking(self.pair.form(**fields), *attached, **changed)

    def ask_file(self, content: str | bytes) -> Words:
        """Return the words of a request with this fields file."""
        return self.pair.asking(self.file(content))

    def say(self, verb: str, *words: str | Path, state: str = "delivered") -> Words:
        """Return the words of a statement on the case in a state."""
        return ["assistance", verb, self.cases[state], *words]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Something asked wrongly: by whom, how, and what the answer must name."""

    name: str
    words: Callable[[Ground], Words]
    names: str
    by: str = "a"
    code: int = 1


def field_row(name: str, names: str = "", **fields: Any) -> Row:
    """Return a row for a field of a wrong shape; the answer names the field."""
    only = next(iter(fields))
    return Row(name=name, words=lambda g: g.ask(**fields), names=names or only)


GOOD: Final = json.dumps(FIELDS)
DEEP: Final[Any] = json.loads('{"a":' * 30 + "1" + "}" * 30)
TABLE: Final = (
    # Whom, under what
    Row(
        name="unknown party",
        words=lambda g: g.ask(to="urn:comity:party:unknown"),
        names="parties.unknown",
    ),
    Row(name="no member", words=lambda g: g.ask(to=g.stranger.party), names="node.not-a-member"),
    Row(name="to itself", words=lambda g: g.ask(to=g.pair.a.party), names="ASSIST-12"),
    Row(
        name="unknown mechanism",
        words=lambda g: g.pair.asking(g.pair.form(), mechanism=NOWHERE),
        names="node.no-such-mechanism",
    ),
    Row(
        name="a case for a mechanism",
        words=lambda g: g.pair.asking(g.pair.form(), mechanism=g.cases["delivered"]),
        names="node.no-such-mechanism",
    ),
    Row(
        name="mechanism not in force",
        words=lambda g: g.pair.asking(g.pair.form(), mechanism=g.early),
        names="assistance.mechanism-not-in-force",
    ),
    Row(
        name="unknown profile",
        words=lambda g: g.pair.asking(g.pair.form(), profile="no-such-profile"),
        names="no-such-profile",
    ),
    Row(
        name="profile not in force",
        words=lambda g: g.pair.asking(
            g.file(json.dumps(PRESERVATION)), mechanism=g.narrow, profile="budapest-preservation"
        ),
        names="ASSIST-13",
    ),
    Row(
        name="profile not in force, with another's form",
        words=lambda g: g.pair.asking(
            g.pair.form(), mechanism=g.narrow, profile="budapest-preservation"
        ),
        names="ASSIST-13",
    ),
    Row(
        name="a language of the charter is missing",
        words=lambda g: g.pair.asking(
            g.pair.form(impact={"en": "x"}, evidence=["x"], action_asked={"en": "x"}),
            mechanism=g.bilingual,
        ),
        names="ASSIST-18",
    ),
    Row(
        name="a language of the charter is missing in a text",
        words=lambda g: g.say("clarify", "--text-en", "Why?", state="mandatory"),
        names="ASSIST-18",
        by="b",
    ),
    # Fields
    field_row("a field is missing", impact=None),
    field_row("the marking is missing", tlp=None),
    field_row("a marking that is none", tlp="PINK"),
    field_row("a field that the profile has not", frobnicate="x"),
    field_row("a long text that is a line", impact="x"),
    field_row("a long text without words", impact={"en": " "}),
    field_row("a long text in no language", impact={}),
    field_row("a language tag that is none", impact={"not a tag": "x"}),
    field_row("a time without a zone", detected_at="2026-11-20T02:31:00"),
    field_row("a time that never was", detected_at="2026-02-30T02:31:00Z"),
    field_row("a time that is a number", detected_at=1),
    field_row("a line that is a list", incident_id=["x"]),
    field_row("a line of two lines", incident_id="a\nb"),
    field_row("a list that is a line", assets="203.0.113.77"),
    field_row("an empty list", assets=[]),
    field_row("evidence that is a truth", evidence=[True]),
    field_row("a code that is a number", classification=3),
    field_row("a caveat that is none", caveats=["never"]),
    field_row("an urgency that is none", urgency="very"),
    field_row("urgent without a reason", "urgency_reason", urgency="urgent"),
    field_row("a date without a reason", "date_needed_reason", date_needed="2026-12-25T00:00:00Z"),
    field_row("another version", profile_version="9"),
    field_row("a character that turns the line", impact={"en": "a\u202eb"}),
    field_row("an escape", impact={"en": "a\x1b[31mb"}),
    field_row("a letter in two parts", impact={"en": "e\u0301"}),
    Row(
        name="half a character",
        words=lambda g: g.ask_file(GOOD.replace("mail outage", "\\ud800")),
        names="impact",
    ),
    field_row("a text too long", impact={"en": LONG * 4}),
    field_row("a fraction", impact={"en": 1.5}),
    field_row("a fraction in an object", assets=[{"ip": "203.0.113.77", "score": 1.5}]),
    field_row("nested too deeply", assets=[DEEP]),
    Row(
        name="a body too large",
        words=lambda g: g.ask(
            impact={"en": LONG, "zh": LONG},
            action_asked={"en": LONG, "zh": LONG},
            evidence=[{"en": LONG}],
        ),
        names="262144",
    ),
    # Fields files
    Row(name="no file", words=lambda g: g.pair.asking(g.folder / "none"), names="none"),
    Row(name="a folder", words=lambda g: g.pair.asking(g.folder), names="assistance.fields-file"),
    Row(name="no JSON", words=lambda g: g.ask_file("{"), names="assistance.fields-json"),
    Row(name="noise", words=lambda g: g.ask_file(b"\xff\xfe\x00"), names="UTF-8"),
    Row(name="a list", words=lambda g: g.ask_file("[]"), names="assistance.fields-object"),
    Row(name="nothing", words=lambda g: g.ask_file(""), names="assistance.fields-json"),
    Row(name="no number", words=lambda g: g.ask_file('{"id": NaN}'), names="NaN"),
    Row(name="a field twice", words=lambda g: g.ask_file(GOOD[:-1] + ',"tlp":"RED"}'), names="tlp"),
    Row(
        name="ten megabytes",
        words=lambda g: g.ask_file(json.dumps({"impact": "x" * 10_000_000})),
        names="assistance.fields-too-large",
    ),
    Row(name="depth", words=lambda g: g.ask_file("[" * 100_000), names="assistance.fields-depth"),
    Row(
        name="depth in an object",
        words=lambda g: g.ask_file('{"a":' * 50_000 + "1" + "}" * 50_000),
        names="assistance.fields-depth",
    ),
    Row(name="no attachment", words=lambda g: g.ask(g.folder / "none.bin"), names="none.bin"),
    Row(
        name="an attached folder", words=lambda g: g.ask(g.folder), names="assistance.no-such-file"
    ),
    # What may be said when, and by whom
    Row(name="its own request", words=lambda g: g.say("acknowledge"), names="ASSIST-2"),
    Row(name="no ground", words=lambda g: g.say("refuse"), names="ASSIST-14", by="b"),
    Row(
        name="another profile's ground",
        words=lambda g: g.say("refuse", "--ground", "political-offence"),
        names="ASSIST-14",
        by="b",
    ),
    Row(
        name="another verb's outcome",
        words=lambda g: g.say("accept", "--outcome", "mitigated"),
        names="ASSIST-15",
        by="b",
    ),
    Row(
        name="no outcome",
        words=lambda g: g.say("accept", "--outcome", "nonsense"),
        names="ASSIST-15",
        by="b",
    ),
    Row(
        name="until when, without a zone",
        words=lambda g: g.say("acknowledge", "--until", "2026-12-01T00:00"),
        names="2026-12-01T00:00",
        by="b",
    ),
    Row(
        name="extended once too often",
        words=lambda g: g.say(
            "extend", "--until", "2099-02-01T00:00Z", "--text-en", "More.", state="extended"
        ),
        names="ASSIST-16",
        by="b",
    ),
    Row(
        name="extended without a reason",
        words=lambda g: g.say("extend", "--until", "2099-02-01T00:00Z", state="accepted"),
        names="ASSIST-17",
        by="b",
    ),
    Row(
        name="a clock that is none",
        words=lambda g: g.say(
            "extend",
            "--until",
            "2099-02-01T00:00Z",
            "--clock",
            "x",
            "--text-en",
            "More.",
            state="accepted",
        ),
        names="ASSIST-16",
        by="b",
    ),
    Row(
        name="rated by the addressee",
        words=lambda g: g.say("rate", "--quality", "met", state="answered"),
        names="ASSIST-2",
        by="b",
    ),
    Row(
        name="rated before an answer",
        words=lambda g: g.say("rate", "--quality", "met"),
        names="ASSIST-1",
    ),
    Row(
        name="a remark before a rating",
        words=lambda g: g.say("remark", "--text-en", "We were quick.", state="answered"),
        names="ASSIST-1",
        by="b",
    ),
    Row(
        name="lapsed before it was due",
        words=lambda g: g.say("lapse", "--clock", "acknowledge"),
        names="ASSIST-7",
    ),
    Row(name="lapsed, says the other", words=lambda g: g.say("lapse"), names="ASSIST-2", by="b"),
    Row(
        name="answered after the end",
        words=lambda g: g.say("answer", "--text-en", "Late.", state="closed"),
        names="ASSIST-1",
        by="b",
    ),
    Row(name="asked without words", words=lambda g: g.say("clarify"), names="ASSIST-17", by="b"),
    Row(
        name="an escape in a text",
        words=lambda g: g.say("clarify", "--text-en", "\x1b[31m"),
        names="U+001B",
        by="b",
    ),
    Row(
        name="a text too long",
        words=lambda g: g.say("clarify", "--text-zh", LONG + LONG),
        names="65536",
        by="b",
    ),
    Row(
        name="a language twice",
        words=lambda g: g.say("clarify", "--text-en", "x", "--text", "en=y"),
        names="--text",
        by="b",
    ),
    Row(
        name="a tag that is none",
        words=lambda g: g.say("clarify", "--text", "!!=x"),
        names="!!",
        by="b",
    ),
    Row(
        name="an answer with no such attachment",
        words=lambda g: g.say("answer", "--text-en", "x", "--attach", g.folder / "none"),
        names="none",
        by="b",
    ),
    Row(
        name="transferred to nobody",
        words=lambda g: g.say("transfer", "--to", "nobody"),
        names="nobody",
        by="b",
    ),
    Row(name="no case", words=lambda _: ["assistance", "close", NOWHERE], names=NOWHERE),
    Row(
        name="no case, with an escape",
        words=lambda _: ["assistance", "close", "\x1b[31m"],
        names="\\u001b",
    ),
    # Mechanisms, cards, files
    Row(
        name="acceded twice",
        words=lambda g: ["mechanism", "accede", g.pair.mechanism],
        names="MECH-2",
    ),
    Row(
        name="founded alone",
        words=lambda g: ["mechanism", "found", "--name-en", "x", "--member", g.pair.a.party],
        names="charter.members",
    ),
    Row(
        name="founded with nobody",
        words=lambda _: ["mechanism", "found", "--name-en", "x", "--member", "nobody"],
        names="nobody",
    ),
    Row(
        name="founded without a name",
        words=lambda g: ["mechanism", "found", "--member", g.pair.b.party],
        names="--name-en",
        code=2,
    ),
    Row(
        name="founded with no such profile",
        words=lambda g: [
            "mechanism",
            "found",
            "--name-en",
            "x",
            "--member",
            g.pair.b.party,
            "--profile",
            "zz",
        ],
        names="zz",
    ),
    Row(
        name="founded under a name that turns the line",
        words=lambda g: ["mechanism", "found", "--name-en", "x\u202ey", "--member", g.pair.b.party],
        names="U+202E",
    ),
    Row(name="no card", words=lambda g: ["meet", g.folder / "none.card"], names="none.card"),
    Row(
        name="a card of noise",
        words=lambda g: ["meet", g.file(b"\xff\x00" * 999)],
        names="card.form",
    ),
    Row(name="an empty card", words=lambda g: ["meet", g.file("")], names="card.form"),
    Row(
        name="exported from nothing",
        words=lambda g: ["export", NOWHERE, "--out", g.folder / "o"],
        names=NOWHERE,
    ),
    Row(
        name="exported to nowhere",
        words=lambda g: ["export", g.cases["closed"], "--out", g.folder / "no/where"],
        names="no/where",
    ),
    # The command line itself
    Row(name="no verb", words=lambda g: g.say("frobnicate"), names="frobnicate", code=2),
    Row(name="no option", words=lambda g: g.say("close", "--frob"), names="--frob", code=2),
    Row(
        name="a quality that is none",
        words=lambda g: g.say("rate", "--quality", "good", state="answered"),
        names="not-met",
        code=2,
    ),
    Row(
        name="no quality",
        words=lambda g: g.say("rate", state="answered"),
        names="--quality",
        code=2,
    ),
    Row(
        name="extended to no time",
        words=lambda g: g.say("extend", state="accepted"),
        names="--until",
        by="b",
        code=2,
    ),
)
