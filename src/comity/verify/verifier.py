"""All checks, in order, and what they come to."""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from comity.casefile.layout import PAPERS
from comity.errors import FormatError
from comity.fold.thread import STRUCK
from comity.parties.directory import Directory
from comity.parties.fork_proof import MOST_PROOF_BYTES, is_fork_proof
from comity.parties.mechanism import Mechanism
from comity.statement.model import PartyId, StatementId
from comity.verify.bundle import Bundle, read_bundle
from comity.verify.checks import WHOLE, About, Checks
from comity.verify.evidence import check_evidence
from comity.verify.extent import check_extent
from comity.verify.fork import verify_fork
from comity.verify.keys import check_given_back, check_keys, tell_contested
from comity.verify.logs import Logs, read_logs
from comity.verify.report import PartyTold, Report
from comity.verify.roots import check_root, read_root
from comity.verify.said import hear
from comity.verify.speakers import check_exporter, read_speakers
from comity.verify.story import story_of
from comity.verify.threads import (
    Case,
    Thread,
    check_charter,
    check_exporter_belongs,
    check_members,
    check_strangers,
    read_mechanism,
    read_subject,
)
from comity.verify.witnesses import check_witnesses


def verify_file(path: Path | str, root: str | None = None) -> Report:
    """Check a case file, or a proof that a log has two histories.

    Args:
        path: the file.
        root: the mechanism's founding digest or a party's fingerprint, as 64 hex digits;
            without it the file can only be said to agree with itself.

    Raises:
        FormatError: ``verify.root-form``; ``casefile.unreadable``,
            ``casefile.not-a-case-file``, ``casefile.cut-short`` or
            ``casefile.too-many`` if it cannot be read as a case file at all.

    """
    wanted = read_root(root)
    try:
        with Path(path).open("rb") as file:
            if is_fork_proof(file.read(1)):
                file.seek(0)
                return verify_fork(file.read(MOST_PROOF_BYTES + 1), wanted)
            return verify_stream(file, wanted)
    except OSError as error:
        raise FormatError("casefile.unreadable", problem=str(error)) from error


def verify_stream(file: BinaryIO, root: bytes | None = None) -> Report:
    """Check a case file that is open; it stays open.

    Args:
        file: can be read and moved about in.
        root: 32 bytes.

    Raises:
        FormatError: as ``verify_file``.

    """
    checks = Checks()
    bundle = read_bundle(file, checks)
    if bundle is None:
        return Report(checks=tuple(checks.made), verdicts=checks.verdicts(), root=root)
    directory, cards = read_speakers(bundle, checks)
    check_exporter(bundle, directory, checks)
    hearing = hear(bundle, directory, checks)
    logs = read_logs(bundle, (directory, cards), hearing, checks)
    contested = check_keys(bundle, directory, (hearing, logs), checks)
    case = Case(
        bundle=bundle,
        directory=directory,
        hearing=hearing,
        logs=logs,
        checks=checks,
        contested=contested,
    )
    threads, mechanism = _read_threads(case)
    barred = {sid for thread in threads for sid, rule in thread.barred.items() if rule is STRUCK}
    check_given_back(case, mechanism, cards.values())
    tell_contested(hearing, contested, barred, checks)
    check_witnesses(case, mechanism)
    check_evidence(bundle, hearing.heard, checks)
    check_root(case, mechanism, root)
    _check_marks(case, threads[-1], mechanism)
    return _report(case, threads, logs, root)


def _read_threads(case: Case) -> tuple[list[Thread], Mechanism | None]:
    """Tell the mechanism's thread and the subject's, which may be one."""
    founding, mechanism = read_mechanism(case)
    threads = [] if founding is None else [founding]
    if founding is None or founding.subject != case.bundle.manifest.subject:
        threads.append(read_subject(case, mechanism))
    for thread in threads:
        check_charter(case, thread, mechanism)
    check_strangers(case, threads)
    check_members(case, threads, mechanism)
    check_exporter_belongs(case, threads[-1])
    check_extent(case, threads)
    return threads, mechanism


def _check_marks(case: Case, subject: Thread, mechanism: Mechanism | None) -> None:
    """Check what the manifest says of the whole against what is signed."""
    manifest, checks = case.bundle.manifest, case.checks
    marks = {party.demo for party in case.directory.parties.values()}
    if mechanism is not None and mechanism.charter is not None:
        marks.add(mechanism.charter.terms.demo)
    if (True in marks) != manifest.demo:
        checks.fails("demo", WHOLE, "verify.demo-differs")
    else:
        checks.holds("demo", WHOLE)
    if subject.opening is not None:
        kind = subject.opening.act.type.partition(".")[0]
        if kind != manifest.kind:
            checks.fails("manifest", WHOLE, "verify.kind-differs")
    for path in sorted(PAPERS & set(case.bundle.archive.entries)):
        checks.reading_copy(About(object=path))


def _report(case: Case, threads: list[Thread], logs: Logs, root: bytes | None) -> Report:
    manifest, checks = case.bundle.manifest, case.checks
    names = {party.id: party.names for party in case.directory.parties.values()}
    subject = threads[-1]
    return Report(
        checks=tuple(checks.made),
        verdicts=checks.verdicts(),
        root=root,
        subject=manifest.subject,
        kind=manifest.kind,
        exporter=manifest.exporter,
        demo=manifest.demo or any(party.demo for party in case.directory.parties.values()),
        parties=tuple(_parties(case.directory, subject, case.bundle)),
        extent=manifest.threads,
        phase=None if subject.state is None else subject.state.phase,
        marking=manifest.marking,
        purpose=manifest.purpose,
        story=tuple(sentence for thread in threads for sentence in story_of(thread, logs, names)),
        names=names,
    )


def _parties(directory: Directory, subject: Thread, bundle: Bundle) -> Iterable[PartyTold]:
    addressed: set[PartyId] = set()
    if subject.telling is not None:
        addressed = set(subject.telling.parties)
    for party in directory.parties.values():
        yield PartyTold(
            party=party.id,
            fingerprint=StatementId(party.inception),
            names=party.names,
            demo=party.demo,
            of_the_thread=party.id in addressed,
            exported=party.id == bundle.manifest.exporter,
        )
