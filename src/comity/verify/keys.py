"""Whether each key was in force where its statement stands, and what is contested.

A log decides what was signed when: below a change the keys before it, behind it the new ones.
What a key signed that its party declared compromised is shown as contested, unless it is proved to
stand before the bound (ruling 8); nothing is left out for it.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from comity.casefile.manifest import SIGNATURE, parse_manifest_signature
from comity.errors import ComityError
from comity.fold.rule import refuse
from comity.parties.card import CardContent, CardPart
from comity.parties.compromise import Places, Standing, standing
from comity.parties.directory import Directory
from comity.parties.inception import Party
from comity.parties.key_rules import BY_THE_MEMBERS, EXPIRED
from comity.parties.keys import VOUCH, read_vouch, vouchers_needed
from comity.parties.keyset import KeySet
from comity.parties.mechanism import Mechanism
from comity.statement.act import read_act
from comity.statement.model import PartyId, StatementId
from comity.verify.bundle import Bundle
from comity.verify.checks import About, Checks, Verdict
from comity.verify.logs import Logs
from comity.verify.said import Heard, Hearing
from comity.verify.threads import Case


def check_keys(
    bundle: Bundle, directory: Directory, heard: tuple[Hearing, Logs], checks: Checks
) -> Mapping[StatementId, Standing]:
    """Check every statement's key against its place; return what is not sound."""
    hearing, logs = heard
    found: dict[StatementId, Standing] = {}
    for sid, each in sorted(hearing.heard.items()):
        issuer = each.said.issuer
        receipt = logs.receipts.get((sid, issuer))
        try:
            if receipt is not None:
                directory.check_in_force(issuer, each.statement.header.kid, receipt.index)
        except ComityError as error:
            checks.error("key", each.about, error)
            continue
        times = [held.time for (of, _), held in logs.receipts.items() if of == sid]
        if times and directory.party(issuer).expired(each.statement.header.kid, times):
            checks.error("key", each.about, refuse(EXPIRED))
        told = _standing(directory.party(issuer), each, logs)
        if told is not Standing.SOUND:
            found[sid] = told
    _check_manifest(bundle, directory, checks)
    return found


def tell_contested(
    hearing: Hearing,
    found: Mapping[StatementId, Standing],
    barred: AbstractSet[StatementId],
    checks: Checks,
) -> None:
    """Note what is contested: with effect, or struck (THREAD-9)."""
    for sid in sorted(found):
        code = "verify.contested-struck" if sid in barred else "verify.contested-in-effect"
        checks.open("key", hearing.heard[sid].about, Verdict.CONTESTED_KEY, code)


def check_given_back(case: Case, mechanism: Mechanism | None, cards: Iterable[CardContent]) -> None:
    """Check that enough members of the file's mechanism stand for keys that were given back."""
    held = list(cards)
    charter = None if mechanism is None else mechanism.charter
    for card in held:
        about = About(object=f"cards/{card.party.id[-52:]}.card")
        for each in card.party.sets:
            if each.mechanism is None:
                continue
            if charter is None or charter.net != each.mechanism:
                case.checks.missing("card", about, "verify.given-back-elsewhere")
                continue
            members = charter.terms.members
            by = {
                other.party.id
                for other in held
                if other.party.id in members
                and any(_vouches(other, part, card.party.id, each) for part in other.keys)
            }
            if len(by - {card.party.id}) < vouchers_needed(len(members), charter.terms.decision):
                case.checks.error("card", about, refuse(BY_THE_MEMBERS))


def _vouches(card: CardContent, part: CardPart, of: PartyId, keys: KeySet) -> bool:
    act = read_act(part.sections)
    if act.type != VOUCH:
        return False
    return read_vouch(card.party, act) == (of, keys.statement, keys.mechanism)


def _standing(party: Party, heard: Heard, logs: Logs) -> Standing:
    kid = heard.statement.header.kid
    bound = party.bounds.get(kid)
    if bound is None:
        return Standing.SOUND
    places = Places(of=_places(logs, heard.sid), dated=lambda: _dated(party, heard.sid, logs))
    return standing(party, kid, places, _places(logs, bound.statement))


def _places(logs: Logs, sid: StatementId) -> dict[PartyId, int]:
    return {log: each.index for (of, log), each in logs.receipts.items() if of == sid}


def _dated(party: Party, sid: StatementId, logs: Logs) -> bool:
    """Tell whether a head signed with later keys continues the head over a statement."""
    receipt = logs.receipts.get((sid, party.id))
    if receipt is None:
        return False
    after = next((each.after for each in party.sets if each.after >= receipt.size), None)
    if after is None:
        return False
    reached, ahead = {receipt.size}, [receipt.size]
    while ahead:
        size = ahead.pop()
        if size > after:
            return True
        for log, old, new in logs.continued:
            if (log, old) == (party.id, size) and new not in reached:
                reached.add(new)
                ahead.append(new)
    return False


def _check_manifest(bundle: Bundle, directory: Directory, checks: Checks) -> None:
    """Note a manifest that is signed with a key its exporter declared compromised."""
    exporter = directory.parties.get(bundle.manifest.exporter)
    if exporter is None:
        return
    try:
        kid = parse_manifest_signature(bundle.signature_bytes).kid
    except ComityError:
        return
    if kid in exporter.bounds:
        about = About(object=SIGNATURE)
        checks.open("manifest", about, Verdict.CONTESTED_KEY, "verify.contested-manifest")
