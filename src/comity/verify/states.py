"""What state each author says it saw: compared with what this program makes of the same.

It is a diagnosis (ruling 20): of a difference, one of two programs is the cause or the statement
lies about its author's.  Neither changes what was said, so the word for the whole stays the same;
a difference is *not checked*, because who of the two is right cannot be told from the file.
"""

from collections.abc import Mapping

from comity.fold.state import Fold, states_fit
from comity.fold.thread import Telling
from comity.statement.model import StatementId
from comity.verify.checks import STATE, Checks
from comity.verify.said import Heard


def check_states(
    heard: Mapping[StatementId, Heard], telling: Telling | None, fold: Fold | None, checks: Checks
) -> None:
    """Compare every state that a statement names, as far as its thread can be told here."""
    fits: Mapping[StatementId, bool] = {}
    if telling is not None and fold is not None:
        fits = states_fit(telling, fold)
    for sid, each in sorted(heard.items()):
        if each.said.act.state is None:
            continue
        match fits.get(sid):
            case True:
                checks.holds(STATE, each.about)
            case False:
                checks.aside(STATE, each.about, "verify.state-differs")
            case None:
                checks.aside(STATE, each.about, "verify.state-not-told")
