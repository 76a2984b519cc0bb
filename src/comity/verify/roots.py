"""The root of trust: it comes from the user, and everything in the file must lead back to it.

A mechanism's root is the id of its charter's opening, which names its members; their ids are
digests of their inceptions, which hold their keys.  A party's root is its inception's id; then
the charter must bear that party's signature.
"""

import re
from typing import Final

from comity.errors import FormatError
from comity.parties.inception import Party
from comity.parties.mechanism import Mechanism
from comity.verify.checks import WHOLE, About, Verdict, words
from comity.verify.threads import Case

_DIGITS: Final = re.compile(r"[0-9a-f]{64}")


def read_root(text: str | None) -> bytes | None:
    """Read a root as people type it: 64 hex digits, spaces and case do not matter.

    Raises:
        FormatError: ``verify.root-form``.

    """
    if text is None:
        return None
    digits = "".join(text.split()).lower()
    if not text.isascii() or _DIGITS.fullmatch(digits) is None:
        raise FormatError("verify.root-form", root=ascii(text[:100])[1:-1])
    return bytes.fromhex(digits)


def check_root(case: Case, mechanism: Mechanism | None, root: bytes | None) -> None:
    """Check that the file leads back to the root."""
    checks, about = case.checks, About(object=WHOLE.object)
    charter = None if mechanism is None else mechanism.charter
    if root is None:
        checks.open("root", about, Verdict.SELF_CONSISTENT_ONLY, "verify.no-root")
    elif charter is not None and root == charter.net:
        checks.holds("root", about, words("verify.root-mechanism", {}))
    elif (party := _party_of(case, root)) is None or mechanism is None:
        checks.fails("root", about, "verify.root-not-found", root=root.hex())
    elif party.id not in mechanism.acceded:
        checks.fails("root", about, "verify.root-not-signed", name=case.name(party.id))
    else:
        checks.holds("root", about, words("verify.root-party", {"name": case.name(party.id)}))


def _party_of(case: Case, root: bytes) -> Party | None:
    for party in case.directory.parties.values():
        if party.inception == root:
            return party
    return None
