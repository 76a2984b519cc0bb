"""What the receipts that a statement cites prove: the times of another party's log.

A statement cites as ``cites`` in its own part: ``[[statement id, receipt], …]``.  What does not
verify proves nothing and is left out; rules see only what is proven, so that they stay pure.

Source: wire profile, rulings 4, 15 and 16.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from comity.errors import ComityError
from comity.fold.capability import Ground, LogTime
from comity.fold.entry import Said
from comity.log.receipt import parse_receipt, verify_receipt
from comity.parties.directory import Directory
from comity.statement.model import DIGEST_BYTES, MOST_CITES, StatementId

CITES: Final = "cites"


def proven(
    said: Iterable[Said], entries: Mapping[StatementId, bytes], directory: Directory, ground: Ground
) -> Ground:
    """Return the ground with what the statements of a thread prove by the receipts they cite.

    Args:
        said: the statements of the thread.
        entries: log entry of each statement of the thread that is held.
        directory: whose logs are known.
        ground: what the mechanism gives.

    """
    found: dict[tuple[StatementId, StatementId], tuple[LogTime, ...]] = {}
    for each in said:
        cites = each.act.own.get(CITES)
        if not isinstance(cites, list):
            continue
        for cite in cites[:MOST_CITES]:
            match cite:
                case [bytes() as cited, bytes() as receipt] if len(cited) == DIGEST_BYTES:
                    sid = StatementId(cited)
                    times = _times(receipt, entries.get(sid), directory)
                    found[each.id, sid] = found.get((each.id, sid), ()) + times
                case _:
                    continue
    return replace(ground, proven=found) if found else ground


def _times(receipt: bytes, entry: bytes | None, directory: Directory) -> tuple[LogTime, ...]:
    if entry is None:
        return ()
    try:
        party = directory.by_log(parse_receipt(receipt).log_uri)
        return (LogTime(party.id, verify_receipt(receipt, entry, party.log).time),)
    except ComityError:
        return ()
