"""How much its exporter signed that it holds, compared with what the file shows.

Whatever is cited and not there is missed (``links``); the end of a thread is cited by nobody.
An exporter that leaves it out signs a smaller number than it holds: no file can show that by
itself, but the signature stands under it, and any other file of the same thread belies it.
"""

from collections.abc import Sequence

from comity.casefile.manifest import MANIFEST, extent_of
from comity.errors import Fact
from comity.statement.model import subject_urn
from comity.verify.checks import About, words
from comity.verify.threads import Case, Thread

EXTENT = "extent"


def check_extent(case: Case, threads: Sequence[Thread]) -> None:
    """Check number and ends of each thread against what the manifest says."""
    checks, manifest, about = case.checks, case.bundle.manifest, About(object=MANIFEST)
    shown = {
        each.subject: extent_of(each.subject, ((said.issuer, said.id) for said in each.order))
        for each in threads
    }
    stated = {each.subject: each for each in manifest.threads}
    for subject in sorted({*shown, *stated}):
        urn, found, said = subject_urn(subject), shown.get(subject), stated.get(subject)
        if said is not None and (found is None or found.statements < said.statements):
            held = 0 if found is None else found.statements
            checks.missing(
                EXTENT,
                about,
                "verify.fewer-statements",
                subject=urn,
                stated=said.statements,
                found=held,
            )
        elif found != said:
            checks.fails(EXTENT, about, "verify.extent-differs", subject=urn)
        elif said is not None:
            name = case.name(manifest.exporter)
            facts: dict[str, Fact] = {"name": name, "subject": urn, "count": said.statements}
            checks.holds(EXTENT, about, words("verify.all-it-holds", facts))
