"""A proof that a log has two histories, checked: whose log it is, and that both heads are its.

``VALID`` means that the proof is genuine: the log has signed two histories.  It needs no root to
be that, because the party it accuses is the one whose keys stand in it; a root, if given, must
be that party's fingerprint.
"""

from comity.casefile.story import name_of
from comity.errors import ComityError, Fact
from comity.parties.fork_proof import ForkProof, read_fork_proof
from comity.parties.inception import Party
from comity.statement.model import StatementId
from comity.statement.text import BilingualText
from comity.verify.checks import WHOLE, About, Checks, words
from comity.verify.report import PartyTold, Report
from comity.verify.story import Sentence


def verify_fork(data: bytes, root: bytes | None = None) -> Report:
    """Check a proof.

    Args:
        data: the whole file.
        root: 32 bytes, the fingerprint of the party that the reader believes it accuses.

    """
    checks = Checks()
    try:
        proof = read_fork_proof(data)
    except ComityError as error:
        checks.error("fork", WHOLE, error)
        return Report(checks=tuple(checks.made), verdicts=checks.verdicts(), root=root)
    party = proof.party
    told = _told(proof)
    checks.holds("fork", About(object="*", log=party.id), told)
    if root == party.inception:
        name: Fact = name_of(party.id, {party.id: party.names}, "en")
        checks.holds("root", WHOLE, words("verify.root-party", {"name": name}))
    elif root is not None:
        checks.fails("root", WHOLE, "verify.root-not-found", root=root.hex())
    return Report(
        checks=tuple(checks.made),
        verdicts=checks.verdicts(),
        root=root,
        kind="fork",
        demo=party.demo,
        parties=(_party(party),),
        story=(Sentence(statement=None, text=told),),
        names={party.id: party.names},
    )


def _told(proof: ForkProof) -> BilingualText:
    first, second = (each.checkpoint.size for each in proof.heads)
    names = {proof.party.id: proof.party.names}
    said = {
        lang: words(
            "verify.two-histories",
            {"name": name_of(proof.party.id, names, lang), "first": first, "second": second},
        )
        for lang in ("zh", "en")
    }
    return BilingualText(zh=said["zh"].zh, en=said["en"].en)


def _party(party: Party) -> PartyTold:
    return PartyTold(
        party=party.id,
        fingerprint=StatementId(party.inception),
        names=party.names,
        demo=party.demo,
        of_the_thread=False,
        exported=False,
    )
