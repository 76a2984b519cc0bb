"""Who owes what by when: a second function, of the state and of first receipts (ruling 15).

Pure.
"""

from comity.capabilities.assistance.request import Request
from comity.fold.capability import FirstReceipts
from comity.fold.duty import Duty


def clocks(request: Request, receipts: FirstReceipts, now: int | None) -> tuple[Duty, ...]:
    """Return every clock of the request's profile, in the profile's order.

    Args:
        request: the state; its ``moves`` are the events that start and stop clocks.
        receipts: head times (unix seconds, UTC) at which each log first held each statement.
        now: unix seconds, UTC; ``None`` leaves out whether a time has passed.

    """
    raise NotImplementedError
