"""By whom the heads under the receipts are witnessed: a fact of its own.

That there is no cosignature takes nothing away from a receipt: delivery waits for no witness.
A cosignature that is there and does not hold is told, like everything else that is false.
A head counts as cosigned by whoever cosigned it, or a later head that the file shows to
continue it.
"""

from collections.abc import Mapping
from typing import Final

from comity.casefile.layout import Folder
from comity.errors import ComityError, FormatError
from comity.log.checkpoint import Checkpoint
from comity.log.cosign import MOST_COSIGNATURE_BYTES, read_lines, verify_cosignature
from comity.log.quorum import Quorum
from comity.parties.charter import quorum_of
from comity.parties.inception import witness_name
from comity.parties.mechanism import Mechanism
from comity.statement.model import PartyId
from comity.verify.checks import WITNESSED, About
from comity.verify.threads import Case

Head = tuple[PartyId, int]
NOBODY: Final[frozenset[PartyId]] = frozenset()


def check_witnesses(case: Case, mechanism: Mechanism | None) -> None:
    """Check every cosignature in the file, and tell of each receipt by how many it is witnessed."""
    cosigned = _cosigned(case)
    members: frozenset[PartyId] = frozenset(case.directory.parties)
    quorum = None
    if mechanism is not None and mechanism.charter is not None:
        members = frozenset(mechanism.charter.terms.members)
        quorum = quorum_of(mechanism.charter.terms)
    for path, place in case.bundle.paths(Folder.RECEIPTS):
        found = [
            (log, receipt.size)
            for (sid, log), receipt in case.logs.receipts.items()
            if sid == place.digest and log == place.party
        ]
        if not found:
            continue
        log, size = found[0]
        by = NOBODY.union(
            cosigned.get((log, size), NOBODY),
            *(
                cosigned.get((log, new), NOBODY)
                for (other, old, new) in case.logs.continued
                if (other, old) == (log, size)
            ),
        )
        sids = [sid for sid, party in case.logs.receipts if sid == place.digest and party == log]
        about = About(object=path, statement=sids[0], log=log)
        _tell(case, about, (by & members) - {log}, (len(members - {log}), quorum))


def _tell(
    case: Case, about: About, by: frozenset[PartyId], asked: tuple[int, Quorum | None]
) -> None:
    of, quorum = asked
    if not by:
        case.checks.aside(WITNESSED, about, "verify.not-witnessed")
        return
    code = "verify.witnessed"
    if quorum is not None:
        met = quorum.met_by({witness_name(each) for each in by})
        code = "verify.witnessed-quorum" if met else "verify.witnessed-below"
    case.checks.note(WITNESSED, about, code, by=len(by), of=of)


def _cosigned(case: Case) -> Mapping[Head, frozenset[PartyId]]:
    """Return who cosigned which head, as far as it is proved."""
    found: dict[Head, frozenset[PartyId]] = {}
    for path, place in case.bundle.paths(Folder.COSIGNATURES):
        log, about = place.party, About(object=path, log=place.party)
        head = None if log is None else case.logs.heads.get((log, place.size))
        if log is None or head is None:
            case.checks.aside(WITNESSED, about, "verify.head-missing")
            continue
        origin = case.directory.party(log).log.origin
        checkpoint = Checkpoint(origin=origin, size=place.size, root=head[0])
        try:
            data = case.bundle.archive.read(path, MOST_COSIGNATURE_BYTES)
            names = read_lines(_text(data))
        except ComityError as error:
            case.checks.error(WITNESSED, about, error)
            continue
        found[log, place.size] = _witnesses(case, about, checkpoint, names)
    return found


def _witnesses(
    case: Case, about: About, checkpoint: Checkpoint, names: Mapping[str, str]
) -> frozenset[PartyId]:
    found = set()
    for name, lines in names.items():
        witness = case.directory.by_witness(name)
        if witness is None:
            case.checks.aside(WITNESSED, about, "verify.witness-stranger")
            continue
        try:
            if verify_cosignature(checkpoint, lines, witness.witness) is not None:
                found.add(witness.id)
        except ComityError as error:
            case.checks.error(WITNESSED, about, error)
    return frozenset(found)


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise FormatError("log.note") from None
