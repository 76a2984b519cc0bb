"""Who speaks in a case file: the cards in it, whose ids are the digests of what they hold."""

from typing import Final

from comity.casefile.layout import Folder
from comity.casefile.manifest import SIGNATURE, parse_manifest_signature
from comity.errors import ComityError, TrustError
from comity.parties.card import CardContent, read_card
from comity.parties.directory import Directory
from comity.parties.inception import SIGN
from comity.parties.keys import as_it_says
from comity.statement.model import PartyId
from comity.verify.bundle import Bundle
from comity.verify.checks import About, Checks

MOST_CARD_BYTES: Final = 1024 * 1024


def read_speakers(bundle: Bundle, checks: Checks) -> tuple[Directory, dict[PartyId, CardContent]]:
    """Read every card; return the parties whose cards hold."""
    directory = Directory()
    cards: dict[PartyId, CardContent] = {}
    for path, place in bundle.paths(Folder.CARDS):
        about = About(object=path)
        try:
            text = bundle.archive.read(path, MOST_CARD_BYTES).decode(errors="replace")
            content = read_card(text, as_it_says)
            if content.party.id != place.party:
                raise TrustError("verify.card-other")
            directory = directory.admit(content.party)
        except ComityError as error:
            checks.error("card", about, error)
            continue
        cards[content.party.id] = content
        checks.holds("card", about)
    return directory, cards


def check_exporter(bundle: Bundle, directory: Directory, checks: Checks) -> None:
    """Check who signed the manifest."""
    about = About(object=SIGNATURE)
    exporter = bundle.manifest.exporter
    try:
        signature = parse_manifest_signature(bundle.signature_bytes)
        if signature.exporter != exporter:
            raise TrustError("verify.exporter-differs")
        signature.check_covers(bundle.manifest_bytes)
        if exporter not in directory.parties:
            checks.missing("manifest", about, "verify.card-missing", party=exporter)
            return
        party = directory.party(exporter)
        found = party.speaking(signature.kid)
        # Under any of its signing keys; what it was when the file was written, no log says.
        key = party.keys[SIGN] if found is None or found[1] != SIGN else found[0]
        signature.verify(key, bundle.manifest_bytes)
    except ComityError as error:
        checks.error("manifest", about, error)
        return
    checks.holds("manifest", about)
