"""The case that the demonstration shows, and the texts that its parties sign.

The WannaCry outbreak of May 2017, written as a STIX 2.1 bundle from published facts whose
sources it cites.  It is attributed to nobody, and nothing in it is ever resolved or fetched.
Addresses are those that RFC 5737 and RFC 3849 keep for documentation.
"""

import csv
import io
import json
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Final

from comity.errors import FormatError
from comity.kit.desk import Json
from comity.wording import LANGUAGES, say

PROFILE: Final = "csirt-incident"
BUNDLE: Final = "wannacry-2017.json"
MAX_BUNDLE_BYTES: Final = 64 * 1024 * 1024
GAP: Final = {"zh": "", "en": " "}
OF_CN: Final = ("198.51.100.17", "198.51.100.90", "2001:db8:63::2a")
OF_TO: Final = ("203.0.113.9",)
OF_US: Final = ("192.0.2.14", "192.0.2.201", "2001:db8:75::7")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the parties of the demonstration speak about."""

    bundle: Path
    """The STIX bundle that is attached."""
    is_ours: bool
    objects: int
    digest: str


def our_bundle(folder: Path) -> Path:
    """Write the project's own bundle into a folder and return its place."""
    path = folder / BUNDLE
    path.write_bytes(files("comity.app.demo").joinpath(BUNDLE).read_bytes())
    return path


def read_case(bundle: Path, *, is_ours: bool) -> Case:
    """Look at a STIX bundle; it is attached as it is and never interpreted.

    Raises:
        FormatError: ``demo.not-stix``.

    """
    try:
        if bundle.stat().st_size > MAX_BUNDLE_BYTES:
            raise FormatError("demo.not-stix", path=str(bundle), why="> 64 MiB")
        content = bundle.read_bytes()
        told = json.loads(content)
        objects = told["objects"]
        if told["type"] != "bundle" or not isinstance(objects, list):
            raise FormatError("demo.not-stix", path=str(bundle), why="type, objects")
    except (OSError, ValueError, RecursionError, KeyError, TypeError) as error:
        why = f"{type(error).__name__}: {error}"[:120]
        raise FormatError("demo.not-stix", path=str(bundle), why=why) from error
    return Case(
        bundle=bundle.absolute(),
        is_ours=is_ours,
        objects=len(objects),
        digest=sha256(content).hexdigest(),
    )


def text(code: str, **facts: object) -> dict[str, Json]:
    """Return a text as the demonstration signs it: both languages, each with the mark inside."""
    return {
        lang: f"{say(code, lang, **facts)}{GAP[lang]}{say('demo.mark', lang)}" for lang in LANGUAGES
    }


def fields(case: Case, number: int, assets: tuple[str, ...]) -> dict[str, Json]:
    """Return the fields of a request under the profile ``csirt-incident``."""
    evidence = (
        text("demo.text.evidence")
        if case.is_ours
        else text("demo.text.evidence-other", count=case.objects, digest=case.digest)
    )
    return {
        "incident_id": f"DEMO-2017-{number:04d}",
        "detected_at": "2017-05-12T08:00:00Z",
        "reported_at": "2017-05-12T12:00:00Z",
        "classification": "malicious-code",
        "assets": list(assets),
        "impact": text("demo.text.impact"),
        "evidence": [evidence],
        "action_asked": text("demo.text.ask"),
        "tlp": "GREEN",
        "pap": "GREEN",
    }


def notifications(folder: Path, assets: tuple[str, ...]) -> Path:
    """Write the list that the answer attaches: which owner was told, in both languages."""
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow([f"{say('demo.mark', 'en')} {say('demo.mark', 'zh')}"])
    rows.writerow(["address／地址", "result／结果"])
    told = f"{say('demo.text.notified', 'en')}／{say('demo.text.notified', 'zh')}"
    rows.writerows([address, told] for address in assets)
    path = folder / "notifications 通知记录.csv"
    path.write_text(table.getvalue(), encoding="utf-8")
    return path
