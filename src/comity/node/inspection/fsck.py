"""The whole inspection at once: every part from its beginning, and all counts."""

from collections.abc import Iterable
from dataclasses import dataclass

from comity.kit.desk import Json
from comity.node.inspection.looks import Body, Fault, Part, walk
from comity.node.inspection.parts import PARTS
from comity.wording import LANGUAGES, say

SLICE = 500
"""Objects a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came out of walking one part."""

    name: str
    count: int = 0
    faults: int = 0
    first: Fault | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return self.first is None

    def told(self) -> dict[str, Json]:
        """Return it as JSON, with its sentences and, of a fault, its remedy in both languages."""
        told: dict[str, Json] = {
            "name": self.name,
            "ok": self.ok,
            "count": self.count,
            "faults": self.faults,
        }
        for lang in LANGUAGES:
            told[lang] = say(f"node.check.{self.name}", lang, count=self.count)
        if self.first is not None:
            what, code = self.first.what, f"node.remedy.{self.first.remedy}"
            told["what"] = what
            told["remedy"] = {lang: say(code, lang, what=what) for lang in LANGUAGES}
        return told


def examine(part: Part, body: Body, after: str = "", width: int = SLICE) -> Result:
    """Walk a part to its end."""
    count = faults = 0
    first = None
    for look in walk(part, body, after, width):
        count += look.count
        faults += len(look.faults)
        first = first or next(iter(look.faults), None)
    return Result(name=part.name, count=count, faults=faults, first=first)


def examine_all(body: Body) -> list[Result]:
    """Walk every part."""
    return [examine(part, body) for part in PARTS]


def report(results: Iterable[Result]) -> dict[str, Json]:
    """Return everything that was found, as ``fsck`` tells it."""
    found = list(results)
    first: Json = None
    for each in reversed(found):
        if each.first is not None:
            first = {"part": each.name, "what": each.first.what}
    return {
        "ok": first is None,
        "faults": sum(each.faults for each in found),
        "counts": {each.name: each.count for each in found},
        "first": first,
        "checks": [each.told() for each in found],
    }
