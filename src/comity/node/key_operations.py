"""What an operator may ask about the party's own keys, and do with them, as JSON."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from comity.errors import FormatError
from comity.fold.rule import refuse
from comity.kit.desk import Json
from comity.kit.language import from_iso, maybe_iso
from comity.node.keyring import NEXT_KEY
from comity.node.node import Node
from comity.node.office import find_mechanism
from comity.node.rotation import Changing
from comity.parties.inception import Party, log_origin
from comity.parties.key_rules import BY_THE_MEMBERS
from comity.parties.keys import vouchers_needed
from comity.parties.keyset import KeySet
from comity.statement.model import DIGEST_BYTES, StatementId

Result = dict[str, Json]
ALL: Final = "all"


def keys_show(node: Node, party: str | None = None) -> Result:
    """Return every set of keys that a party ever had, its own by default, the newest first."""
    keeping = node.keeping
    found = keeping.own
    if party is not None:
        found = keeping.directory.party(keeping.find_party(party).id)
    sets: list[Json] = [_set(found, each) for each in reversed(found.sets)]
    return {
        "party": found.id,
        "names": dict(found.names),
        "next": found.next.hex(),
        "two_histories": bool(found.rivals),
        "sets": sets,
        "compromised": [
            {
                "kid": each.kid.hex(),
                "purpose": _purpose(found, each.kid),
                "since": [each.origin, each.size],
                "statement": each.statement.hex(),
            }
            for each in sorted(found.bounds.values(), key=lambda bound: bound.kid)
        ],
        "demo": found.demo,
    }


def _set(party: Party, keys: KeySet) -> Result:
    return {
        "statement": keys.statement.hex(),
        "in_force": keys is party.now,
        "after": keys.after,
        "until": maybe_iso(keys.until),
        "keys": {purpose: kid.hex() for purpose, kid in sorted(keys.kids)},
    }


def _purpose(party: Party, kid: bytes) -> str:
    held = party.holds(kid)
    return "" if held is None else held[1]


def rotate(
    node: Node, next_key: str | None = None, out: str | None = None, until: str | None = None
) -> Result:
    """Put new keys in force, signed with the one that was kept elsewhere.

    Args:
        node: whose.
        next_key: where that one lies; in the node's folder, if not given.
        out: where the one after it is to lie; in the node's folder, if not given.
        until: until when the new signing keys are good, ISO 8601.

    Raises:
        ComityError: as ``Rotation.rotate``; ``time.not-iso-8601``.

    """
    folder = node.settings.folder
    changing = Changing(
        next_key=folder / NEXT_KEY if next_key is None else Path(next_key),
        out=folder / NEXT_KEY if out is None else Path(out),
        until=None if until is None else from_iso(until),
    )
    changed = node.rotation.rotate(changing)
    return {
        "statement": changed.statement.hex(),
        "index": changed.index,
        "next_key": str(changing.out),
        "kid": changed.party.keys["sign"].kid.hex(),
        "until": maybe_iso(changing.until),
        "demo": node.keeping.demo,
    }


def compromised(
    node: Node, key: str = ALL, size: int | None = None, log: str | None = None
) -> Result:
    """Say from which place in a log on what retired keys have signed is not ours.

    Args:
        node: whose.
        key: a key's thumbprint or its beginning, a purpose, or ``all``: of the last retired set.
        size: what the log held at this size or below is ours.
        log: whose log, as this node knows the party; our own, if not given.

    Raises:
        FormatError: ``keys.no-such-key``, ``keys.no-size``.
        RuleError: ``KEYS-2``.

    """
    keeping = node.keeping
    if size is None:
        raise FormatError("keys.no-size")
    party = keeping.party if log is None else keeping.find_party(log).id
    kids = _named(keeping.own, key)
    said = [node.rotation.compromised(kid, log_origin(party), size) for kid in kids]
    return {
        "statements": [each.statement.hex() for each in said],
        "kids": [each.hex() for each in kids],
        "since": [log_origin(party), size],
        "demo": keeping.demo,
    }


def _named(party: Party, word: str) -> list[bytes]:
    """Return the retired keys that a word names, none of them declared already."""
    retired = party.sets[:-1]
    found = [
        kid
        for each in retired
        for purpose, kid in each.kids
        if (each is retired[-1] and word in {ALL, purpose}) or kid.hex().startswith(word.lower())
    ]
    signing = [kid for kid in found if party.holds(kid) and kid not in party.bounds]
    if not signing:
        raise FormatError("keys.no-such-key", word=word[:80])
    return signing


def begin(node: Node, mechanism: str) -> Result:
    """Make new keys for a party that lost all of its own, and say what members must vouch for."""
    view = find_mechanism(node, mechanism)
    keys = node.given_back.begin(view.net)
    needed = vouchers_needed(len(view.ground.members), view.decision)
    return {"keys": keys.hex(), "mechanism": view.net.hex(), "needed": needed, "demo": view.demo}


def vouch(node: Node, keys: str, party: str, mechanism: str) -> Result:
    """Stand for new keys of another member, whose id it told by another channel.

    Raises:
        FormatError: ``keys.no-such-key``.
        RuleError: ``KEYS-5``.

    """
    view = find_mechanism(node, mechanism)
    of = node.keeping.find_party(party).id
    if of == node.party or not {of, node.party} <= set(view.ground.members):
        raise refuse(BY_THE_MEMBERS)
    digits = "".join(keys.split()).lower()
    if len(digits) != 2 * DIGEST_BYTES or digits.strip("0123456789abcdef"):
        raise FormatError("keys.no-such-key", word=keys[:80])
    said = node.rotation.vouch(of, StatementId(bytes.fromhex(digits)), view.net)
    return {"statement": said.statement.hex(), "keys": digits, "party": of, "demo": view.demo}


def finish(node: Node) -> Result:
    """Log the new keys that enough members stand for, and sign again."""
    changed = node.given_back.finish()
    node.complete()
    return {
        "statement": changed.statement.hex(),
        "index": changed.index,
        "next_key": str(node.settings.folder / NEXT_KEY),
        "demo": node.keeping.demo,
    }


OPERATIONS: Final[Mapping[str, Callable[..., Result]]] = {
    "keys.show": keys_show,
    "keys.rotate": rotate,
    "keys.compromised": compromised,
    "keys.begin": begin,
    "keys.vouch": vouch,
    "keys.finish": finish,
}
"""Name to function; each takes the node and the call's arguments by keyword."""
