"""What a party says about itself: a signed act with its body, made and read in one way."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from comity.errors import FormatError
from comity.statement.act import Act, act_section, read_act
from comity.statement.body import TEXT_TYPE, Section, new_section, payload_of
from comity.statement.envelope import Statement, UnverifiedStatement, sign
from comity.statement.keys import Signer
from comity.statement.model import SELF, PartyId, subject_urn
from comity.statement.subject import subject_id
from comity.statement.text import check_name

TEXT: Final = "text."


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A statement with its whole body."""

    statement: Statement
    act: Act
    sections: Mapping[str, Section]


def speak(
    act: Act, sections: Iterable[Section], *, party: PartyId | None, signer: Signer, issued_at: int
) -> Spoken:
    """Sign the opening of a thread by ``party``; ``None`` signs an inception.

    Args:
        act: with its nonce, from which the subject is made; an inception has none.
        sections: what the body holds beside ``act``.
        party: the issuer.
        signer: holds the issuer's ``sign`` key.
        issued_at: unix seconds, UTC.

    Raises:
        FormatError: as ``encode_act`` and ``payload_of``; ``subject.nonce``.

    """
    body = {each.name: each for each in (act_section(act), *sections)}
    subject = SELF if party is None else subject_urn(subject_id(party, act.nonce or b""))
    statement = sign(
        issuer=SELF if party is None else party,
        subject=subject,
        issued_at=issued_at,
        payload=payload_of(body.values()),
        signer=signer,
    )
    return Spoken(statement=statement, act=act, sections=body)


def read_spoken(
    statement: Statement | UnverifiedStatement, sections: Mapping[str, Section], kind: str
) -> Act:
    """Return the act of a statement of one kind, if its body is what was signed.

    Raises:
        FormatError: ``parties.other-kind``, ``body.does-not-fit``; as ``decode_act``.

    """
    for name, section in sections.items():
        if name != section.name:
            raise FormatError("body.section", name=ascii(name[:64]))
    if payload_of(sections.values()) != statement.payload:
        raise FormatError("body.does-not-fit")
    act = read_act(sections)
    if act.type != kind:
        raise FormatError("parties.other-kind", kind=act.type, expected=kind)
    return act


def name_sections(names: Mapping[str, str]) -> tuple[Section, ...]:
    """Return the sections of a name in several languages.

    Raises:
        FormatError: ``text.…`` if a name may not be used.

    """
    return tuple(
        new_section(TEXT + tag, TEXT_TYPE, check_name(name).encode())
        for tag, name in sorted(names.items())
    )


def read_names(act: Act, sections: Mapping[str, Section]) -> dict[str, str]:
    """Return the names that a statement about a party or a mechanism gives, by language.

    Each is authentic: names are not translated, they are given.

    Raises:
        FormatError: ``parties.names``, ``text.…``.

    """
    texts = {name for name in sections if name != "act"}
    if not act.texts or texts != {TEXT + tag for tag in act.texts}:
        raise FormatError("parties.names")
    names = {}
    for tag, origin in sorted(act.texts.items()):
        section = sections[TEXT + tag]
        if origin is not None or section.content_type != TEXT_TYPE:
            raise FormatError("parties.names")
        try:
            names[tag] = check_name(section.value.decode())
        except UnicodeDecodeError:
            raise FormatError("parties.names") from None
    return names
