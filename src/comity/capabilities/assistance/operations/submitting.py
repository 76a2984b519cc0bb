"""Asking: an empty form, a draft that stays here, and the request that is sent."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, cast

from comity.capabilities.assistance import ruling
from comity.capabilities.assistance.case import case_of, standing_json
from comity.capabilities.assistance.fields import (
    Known,
    check_fields,
    empty_form,
    fields_section,
    fill_envelope,
    languages_of,
    submission,
)
from comity.capabilities.assistance.operations.saying import files_of
from comity.capabilities.assistance.profile import Profile
from comity.capabilities.assistance.profiles import profile_named
from comity.capabilities.assistance.request import DRAFT
from comity.capabilities.assistance.schema import OPENS, own_part
from comity.errors import ComityError, FormatError
from comity.fold.rule import refuse
from comity.kit.asked import Asked
from comity.kit.desk import Json
from comity.kit.language import iso
from comity.kit.office import MechanismView, Office, PartyView, Saying
from comity.statement.cbor import Value
from comity.statement.model import PartyId
from comity.wording import tell

DRAFT_ID_LETTERS: Final = 12
WHAT: Final = ("mechanism", "to", "profile", "fields", "attach")
"""What a request is made from; a draft keeps it, and arguments beside ``draft`` replace it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """A request to be: who asks whom under what, and by which profile."""

    mechanism: MechanismView
    addressee: PartyView
    profile: Profile


class _Numbers:
    """This party's numbers of requests: one more than are in the table or were given."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given: dict[PartyId, int] = {}

    def next(self, party: PartyId, known: int) -> int:
        """Return a number not given before in this process; a refused request leaves a gap."""
        with self._lock:
            number = max(known, self._given.get(party, 0)) + 1
            self._given[party] = number
            return number


_NUMBERS: Final = _Numbers()


def form(office: Office, /, **arguments: Json) -> dict[str, Json]:  # noqa: ARG001 - an operation takes an office
    """Return the empty form of a profile, each field explained.

    Raises:
        FormatError: ``assistance.unknown-profile``; ``ask.…``.

    """
    asked = Asked(arguments)
    profile = profile_named(asked.text("profile"))
    asked.end()
    return {
        "profile": profile.id,
        "version": profile.version,
        "title": {"zh": profile.title.zh, "en": profile.title.en},
        "form": cast("dict[str, Json]", empty_form(profile)),
    }


def draft(office: Office, /, **arguments: Json) -> dict[str, Json]:
    """Keep a request that is not sent yet, encrypted, in this node only.

    It may be incomplete: what is still wrong is told beside it.
    Arguments: as for ``submit``; ``draft`` names one that is to be changed.

    Raises:
        FormatError: ``assistance.no-such-draft``; ``ask.…``.

    """
    asked = Asked(arguments)
    kept, content = _content(office, asked)
    saved_at = office.now()
    body = json.dumps({**content, "saved_at": saved_at}, ensure_ascii=True, sort_keys=True)
    name = kept or sha256(body.encode()).hexdigest()[:DRAFT_ID_LETTERS]
    office.keep_draft(name, body.encode())
    return {"draft": name, "phase": DRAFT, "problem": _problem(office, content)}


def submit(office: Office, /, **arguments: Json) -> dict[str, Json]:
    """Send a request: sign it, log it, and leave its delivery to the node.

    Arguments: ``mechanism``, ``to``, ``profile``, ``fields``, ``attach``, or ``draft``.

    Raises:
        FormatError: an unknown party, mechanism or profile; fields that are missing or wrong.
        RuleError: the rule that bars it; nothing was said.

    """
    asked = Asked(arguments)
    kept, content = _content(office, asked)
    saying, reference = _saying(office, Asked(content))
    done = office.say(saying)
    if kept is not None:
        office.drop_draft(kept)
    case = case_of(office.thread(done.subject))
    return {
        **standing_json(office, case),
        "statement": done.statement.hex(),
        "kind": OPENS,
        "reference": reference,
        "profile": case.request.profile_id,
    }


def drafts_json(office: Office) -> list[Json]:
    """Return every draft, the newest last."""
    found: list[tuple[int, str, dict[str, Json]]] = []
    for name, content in office.drafts().items():
        told = _decoded(content)
        saved_at = told.get("saved_at")
        found.append((saved_at if isinstance(saved_at, int) else 0, name, told))
    return [
        {
            "draft": name,
            "phase": DRAFT,
            "profile": told.get("profile"),
            "mechanism": told.get("mechanism"),
            "to": told.get("to"),
            "saved_at": iso(saved_at),
        }
        for saved_at, name, told in sorted(found, key=lambda each: each[:2])
    ]


def _content(office: Office, asked: Asked) -> tuple[str | None, dict[str, Json]]:
    """Return which draft is meant, if any, and what the request is made from."""
    kept = asked.maybe("draft")
    content: dict[str, Json] = {}
    if kept is not None:
        kept, content = _find_draft(office, kept)
    given: dict[str, Json] = {
        "mechanism": asked.maybe("mechanism"),
        "to": asked.maybe("to"),
        "profile": asked.maybe("profile"),
        "fields": asked.mapping("fields"),
        "attach": list(asked.strings("attach")),
    }
    asked.end()
    return kept, content | {name: value for name, value in given.items() if value}


def _find_draft(office: Office, word: str) -> tuple[str, dict[str, Json]]:
    drafts = office.drafts()
    found = [name for name in drafts if word and name.startswith(word)]
    if len(found) != 1:
        raise FormatError("assistance.no-such-draft", draft=word[:40])
    told = _decoded(drafts[found[0]])
    return found[0], {name: told[name] for name in WHAT if name in told}


def _decoded(content: bytes) -> dict[str, Json]:
    try:
        told = json.loads(content)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _problem(office: Office, content: Mapping[str, Json]) -> Json:
    """Return what still keeps a draft from being sent, in both languages, or ``None``."""
    given = content.get("fields")
    numbered = {"id": DRAFT, **(given if isinstance(given, dict) else {})}
    try:
        _saying(office, Asked({**content, "fields": numbered}))
    except ComityError as error:
        return {"code": error.code, "zh": tell(error, "zh"), "en": tell(error, "en")}
    return None


def _saying(office: Office, asked: Asked) -> tuple[Saying, str]:
    """Return what is said to open a request, and this party's number of it."""
    mechanism = office.find_mechanism(asked.text("mechanism"))
    addressee = office.find_party(asked.text("to"))
    name = asked.text("profile")
    profile = profile_named(name, mechanism.ground.profiles.get(name))
    if not mechanism.in_force:
        raise FormatError("assistance.mechanism-not-in-force", mechanism=mechanism.subject.hex())
    if name not in mechanism.ground.profiles:
        # Before its fields are looked at, which another profile's form would only confuse.
        raise refuse(ruling.PROFILE_IN_FORCE)
    asking = _Asking(mechanism=mechanism, addressee=addressee, profile=profile)
    fields = _complete(office, asking, asked.mapping("fields"))
    attachments = files_of(asked)
    asked.end()
    saying = Saying(
        kind=OPENS,
        net=mechanism.net,
        to=(addressee.id,),
        own=own_part(submission(profile, fields)),
        sections=(fields_section(fields),),
        attachments=attachments,
    )
    return saying, str(fields["id"])


def _complete(office: Office, asking: _Asking, given: Mapping[str, Json]) -> dict[str, Value]:
    """Return the fields with the envelope filled in and checked."""
    us = office.party_view(office.party)
    spoken = _languages(asking.profile, given)
    known = Known(
        reference=_reference(office, given),
        from_office=_name(us),
        to_office=_name(asking.addressee),
        languages=spoken,
        authentic=spoken,
        duty_contact=_name(us),
        now=office.now(),
    )
    return check_fields(asking.profile, fill_envelope(asking.profile, given, known))


def _languages(profile: Profile, given: Mapping[str, Json]) -> tuple[str, ...]:
    """Return the languages of the long texts; where they share none, English or Chinese."""
    texts = {name: value for name, value in given.items() if isinstance(value, dict)}
    return languages_of(profile, cast("dict[str, Value]", texts)) or ("en",)


def _reference(office: Office, given: Mapping[str, Json]) -> str:
    if isinstance(told := given.get("id"), str):
        return told
    year = iso(office.now())[:4]
    count = office.query("asked", office.party)[0][0]
    number = _NUMBERS.next(office.party, count if isinstance(count, int) else 0)
    return f"R-{year}-{number:04d}"


def _name(party: PartyView) -> str:
    """Return a party's own names on one line."""
    return " / ".join(party.names.values()) or party.id
