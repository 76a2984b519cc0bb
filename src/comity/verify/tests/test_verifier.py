"""What the verifier says of files that are right, of files with gaps, and of files that lie."""

import io
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256

import pytest

from comity.capabilities.assistance.schema import Acknowledge, Withdraw
from comity.casefile.content import CaseContent, StatementContent
from comity.casefile.layout import head_path, payload_path, receipt_path, statement_path
from comity.casefile.manifest import MANIFEST, SIGNATURE
from comity.casefile.write import Sealing, write_case
from comity.errors import FormatError
from comity.log.receipt import parse_receipt
from comity.parties.charter import ACCEDE
from comity.parties.inception import SIGN
from comity.parties.tests.party_stories import NOW
from comity.statement import cbor
from comity.statement.act import Act, act_section
from comity.statement.envelope import encode_sign1, parse, sig_structure, sign1
from comity.statement.keys import ES256, PrivateKey
from comity.verify.checks import Finding, Verdict
from comity.verify.tests.casefile_builder import (
    Case,
    Log,
    Story,
    own,
    plain_story,
    speaker,
    told,
    written,
)
from comity.verify.tests.repacking import (
    codes,
    packed,
    report_on,
    resigned,
    unpacked,
    verdict_on,
)

STATEMENT_CHECKS = {"format", "signature", "key", "body", "inclusion", "head", "charter", "rules"}


def test_a_whole_case_is_valid() -> None:
    """Everything is checked and holds: each statement by each check, in both logs."""
    story = told(files={"a/b\x00.bin": b"hello" * 50_000, "empty": b""})
    report = report_on(story.file, story.root)
    assert (report.verdicts, report.exit_code) == ((Verdict.VALID,), 0)
    assert (report.phase, report.demo, report.missing) == ("answered", False, ())
    statements = [each for said in story.case.statements.values() for each in said]
    for statement in statements:
        checks = [each for each in report.checks if each.about.statement == statement.sid]
        assert {each.check for each in checks} >= STATEMENT_CHECKS
        # Nobody has cosigned anything here, which takes nothing away.
        assert {each.finding for each in checks if each.check != "witnessed"} == {Finding.HOLDS}
        logs = {each.about.log for each in checks if each.check == "inclusion"}
        assert logs == {each.id for each in story.case.parties}
    assert [each.statement for each in report.story if each.statement] == [
        each.sid for each in statements
    ]


def test_the_same_content_gives_the_same_bytes() -> None:
    """With the manifest's signature kept; what it says is the same even without."""
    content, kept = plain_story().content, dict[bytes, bytes]()
    signer = PrivateKey.generate(ES256)
    files = []
    for now in (NOW, NOW + 9):
        out = io.BytesIO()
        found = write_case(content, Sealing(signer=signer, now=now, kept=kept.get), out)
        kept[found.manifest_digest] = found.signature
        files.append(out.getvalue())
    assert files[0] == files[1]
    assert len(kept) == 1


def test_a_root_comes_from_the_user_or_the_file_only_agrees_with_itself() -> None:
    """The founding digest, the fingerprint of a party that signed, or nothing at all."""
    story = plain_story()
    assert report_on(story.file, None).verdicts == (Verdict.SELF_CONSISTENT_ONLY,)
    for party in story.case.parties:
        fingerprint = party.known.party.fingerprint
        assert report_on(story.file, fingerprint).verdict is Verdict.VALID
    for other in (bytes(32).hex(), story.case.statements[story.subject][0].sid.hex()):
        report = report_on(story.file, other)
        assert (report.verdict, report.exit_code) == (Verdict.INVALID, 1)
        assert codes(report) == {"verify.root-not-found"}


def test_a_party_that_did_not_sign_the_charter_is_no_root() -> None:
    """A card in the file is not enough: the charter must bear the party's signature."""
    case = Case((speaker("Aster"), speaker("Briar"), speaker("Clover")))
    case.found()
    (subject,) = case.statements
    case.statements[subject].pop()
    story = Story(case, subject)
    data = written(case, replace(story.content, kind="mechanism"))
    unsigned = case.parties[2].known.party.fingerprint
    assert codes(report_on(data, unsigned)) == {"verify.root-not-signed"}
    report = report_on(data, story.root)
    assert (report.verdict, report.phase) == (Verdict.VALID, "proposed")


def test_a_mechanism_is_exported_by_itself() -> None:
    """Its thread is then the only one."""
    case = Case((speaker("Aster"), speaker("Briar"), speaker("Clover")))
    case.found()
    (subject,) = case.statements
    story = Story(case, subject)
    report = report_on(written(case, replace(story.content, kind="mechanism")), story.root)
    assert (report.verdicts, report.phase) == ((Verdict.VALID,), "in-force")
    wrong = report_on(written(case, story.content), story.root)
    assert codes(wrong) == {"verify.kind-differs"}


def test_a_demonstration_says_so_first() -> None:
    """The mark is in what is signed, and stands on the first line of every paper and report."""
    story = told(demo=True)
    files = unpacked(story.file)
    report = report_on(story.file, story.root)
    assert (report.verdict, report.demo) == (Verdict.VALID, True)
    for lang, word in (("en", "DEMONSTRATION"), ("zh", "演示")):
        assert next(iter(report.lines(lang))).startswith(word)
        assert files[f"README.{lang}.txt"].decode().startswith(word)
        assert files[f"case.{lang}.txt"].decode().startswith(word)
    hidden = resigned(files, story.case, lambda each: replace(each, demo=False))
    assert codes(report_on(hidden, story.root)) == {"verify.demo-differs"}
    assert report_on(hidden, story.root).demo


def test_the_manifest_must_be_the_exporters() -> None:
    """Another party's signature, or one over another manifest, does not hold."""
    story, other = plain_story(), told()
    files, theirs = unpacked(story.file), unpacked(other.file)
    for swapped in (
        packed(files | {SIGNATURE: theirs[SIGNATURE]}),
        packed(files | {MANIFEST: theirs[MANIFEST]}),
        packed({name: data for name, data in files.items() if name != SIGNATURE}),
        packed({name: data for name, data in files.items() if name != MANIFEST}),
        packed(files | {f"evidence/{'0' * 64}": b"unlisted"}),
    ):
        assert verdict_on(swapped, story) == "INVALID"


def paths_of(story: Story) -> Iterable[str]:
    return sorted(set(unpacked(story.file)) - {MANIFEST, SIGNATURE})


def test_whatever_is_taken_out_is_missed() -> None:
    """Each file in turn: without a new manifest INVALID, with one a gap that is named."""
    story = told(files={"x": b"1"})
    files = unpacked(story.file)
    for path in paths_of(story):
        rest = {name: data for name, data in files.items() if name != path}
        assert verdict_on(packed(rest), story) == "INVALID", path
        report = report_on(resigned(rest, story.case), story.root)
        assert report.verdict in {Verdict.VALID_WITH_GAPS, Verdict.INVALID}, path
        assert report.missing, path
    assert report_on(resigned(files, story.case), story.root).verdict is Verdict.VALID


def test_a_statement_taken_out_with_all_its_traces_is_missed() -> None:
    """What others refer to by seen, prev or case is named."""
    story = plain_story()
    files = unpacked(story.file)
    taken = story.case.statements[story.subject][1].sid
    rest = {name: data for name, data in files.items() if taken.hex() not in name}
    report = report_on(resigned(rest, story.case), story.root)
    assert report.verdicts == (Verdict.VALID_WITH_GAPS,)
    assert any(taken.hex() in each.why.en for each in report.missing)


def test_receipts_and_bodies_of_other_statements_do_not_fit() -> None:
    """T20: every receipt or body put in another's place is found, whoever signs the manifest."""
    story = plain_story()
    files = unpacked(story.file)
    said = story.case.statements[story.subject]
    log = story.case.parties[0].id
    for one in said:
        for other in said:
            if one is other:
                continue
            mine, theirs = receipt_path(one.sid, log), receipt_path(other.sid, log)
            swapped = resigned(files | {mine: files[theirs]}, story.case)
            assert verdict_on(swapped, story) == "INVALID"
            mine, theirs = payload_path(one.sid), payload_path(other.sid)
            swapped = resigned(files | {mine: files[theirs]}, story.case)
            assert verdict_on(swapped, story) == "INVALID"


def test_objects_of_another_genuine_file_do_not_fit() -> None:
    """Whatever differs between two genuine files and is swapped keeps either from being valid."""
    story, other = plain_story(), told()
    files, theirs = unpacked(story.file), unpacked(other.file)
    foreign = {name: data for name, data in theirs.items() if files.get(name) != data}
    for path, data in foreign.items():
        assert verdict_on(packed(files | {path: data}), story) == "INVALID", path
        # A newer card of the same party, or other papers, are as good if the exporter says so.
        if path in {MANIFEST, SIGNATURE} or path.startswith(("README", "case.", "cards/")):
            continue
        report = report_on(resigned(files | {path: data}, story.case), story.root)
        assert report.verdict is not Verdict.VALID, path


def test_a_log_that_shows_two_heads_of_one_size_convicts_itself() -> None:
    """Both are signed; they cannot both be honest."""
    story = told()
    briar = story.case.parties[1]
    said = story.case.statements[story.subject]
    forked = Log(owner=briar.known)
    for number in range(parse_receipt(said[-1].receipts[briar.id]).size - 1):
        forked.tree.append(bytes([number]) * 32)
    files = unpacked(story.file)
    files[receipt_path(said[0].sid, briar.id)] = forked.append([parse(said[0].encoded)])[0]
    report = report_on(resigned(files, story.case), story.root)
    assert report.verdict is Verdict.INVALID
    assert {"verify.heads-contradict", "verify.entries-contradict"} <= codes(report)
    receipts = {**said[0].receipts, briar.id: files[receipt_path(said[0].sid, briar.id)]}
    said[0] = replace(said[0], receipts=receipts)
    with pytest.raises(FormatError, match=r"casefile\.twice"):
        written(story.case, story.content)


def test_a_log_that_shows_two_entries_at_one_index_convicts_itself() -> None:
    """The heads are of different sizes, so only the index tells."""
    story = told()
    aster = story.case.parties[0]
    said = story.case.statements[story.subject]
    taken = parse_receipt(said[0].receipts[aster.id]).index
    forked = Log(owner=aster.known)
    for number in range(taken):
        forked.tree.append(bytes([number]) * 32)
    # One batch of many, so that the head has a size that the file does not hold.
    batch = forked.append([parse(said[1].encoded)] + [parse(said[0].encoded)] * 40)
    receipt = parse_receipt(batch[0])
    files = unpacked(story.file)
    files[receipt_path(said[1].sid, aster.id)] = batch[0]
    files[head_path(aster.id, receipt.size)] = receipt.checkpoint_text.encode()
    report = report_on(resigned(files, story.case), story.root)
    assert codes(report) == {"verify.entries-contradict"}


def test_a_log_whose_heads_do_not_continue_one_another_convicts_itself() -> None:
    """Receipts of a forked log verify one by one; a consistency proof shows the fork."""
    story = told()
    case, briar = story.case, story.case.parties[1]
    last = case.statements[story.subject][-1]
    sizes = [parse_receipt(each.receipts[briar.id]).size for each in case.statements[story.subject]]
    ends = (briar.id, sizes[0], sizes[-1])
    case.options["consistency"] = {ends: briar.log.tree.consistency(sizes[0], sizes[-1])}
    assert verdict_on(story.file, story) == "VALID"
    forked = Log(owner=briar.known)
    for number in range(sizes[-1] - 1):
        forked.tree.append(bytes([number]) * 32)
    receipt = forked.append([parse(last.encoded)])[0]
    case.statements[story.subject][-1] = replace(
        last, receipts={**last.receipts, briar.id: receipt}
    )
    assert codes(report_on(story.file, story.root)) == {"log.root"}
    case.options["consistency"] = {(briar.id, 2, sizes[-1]): []}
    assert codes(report_on(story.file, story.root)) == {"verify.head-missing"}


def test_sections_may_be_left_out_if_the_manifest_says_which() -> None:
    """What is shown still fits what was signed; what is not shown is a gap."""
    story = told()
    hidden = frozenset({"text.zh"})
    for subject, said in story.case.statements.items():
        story.case.statements[subject] = [
            replace(
                each,
                sections={k: v for k, v in each.sections.items() if k not in hidden},
            )
            for each in said
        ]
    silent = report_on(written(story.case, story.content), story.root)
    assert codes(silent) == {"verify.sections-not-declared"}
    story.case.options["left_out"] = tuple(hidden)
    report = report_on(written(story.case, story.content), story.root)
    assert report.verdicts == (Verdict.VALID_WITH_GAPS,)
    assert codes(report) == {"verify.sections-left-out"}
    assert report.phase == "answered"


def test_an_attachment_must_be_there_and_open() -> None:
    """A changed ciphertext, a missing one and one that nobody names are told apart."""
    story = told(files={"malware.bin": b"x" * 70_000})
    files = unpacked(story.file)
    (path,) = [name for name in files if name.startswith("evidence/")]
    bad = bytearray(files[path])
    bad[-1] ^= 1
    changed = report_on(resigned(files | {path: bytes(bad)}, story.case), story.root)
    assert changed.verdict is Verdict.INVALID
    extra = files | {f"evidence/{sha256(b'z').hexdigest()}": b"z"}
    assert codes(report_on(resigned(extra, story.case), story.root)) == {
        "verify.evidence-not-named"
    }
    del files[path]
    gone = report_on(resigned(files, story.case), story.root)
    assert codes(gone) == {"verify.evidence-missing"}
    assert "malware.bin" in gone.missing[0].why.zh


def test_a_statement_without_effect_is_told_with_its_rule() -> None:
    """It was said, and the file is right about it."""
    story = told()
    case = story.case
    case.say(
        case.parties[1],
        Act(type="assistance.withdraw", net=case.net, own=own(Withdraw())),
        subject=story.subject,
    )
    report = report_on(story.file, story.root)
    assert report.verdict is Verdict.VALID
    said = [each for each in report.checks if each.check == "rules" and each.why.en]
    assert len(said) == 1
    assert "Without effect" in said[0].why.en
    assert any("不产生效力" in each.text.zh for each in report.story)


def test_nothing_is_opened_before_the_mechanism_is_in_force() -> None:
    """The opener's own log shows what it held first."""
    case = Case((speaker("Aster"), speaker("Briar")))
    case.found()
    (mechanism,) = case.statements
    accession = case.statements[mechanism].pop()
    case.last.pop((mechanism, case.parties[1].id))
    subject = case.ask()
    report = report_on(Story(case, subject).file, Story(case, subject).root)
    assert codes(report) == {"verify.not-in-force"}
    case.say(case.parties[1], Act(type=ACCEDE, net=case.net), subject=mechanism)
    report = report_on(Story(case, subject).file, Story(case, subject).root)
    assert codes(report) == {"verify.not-yet-in-force"}
    assert accession.sid != case.statements[mechanism][-1].sid


def test_another_charter_or_a_foreign_subject_is_named() -> None:
    """Statements of another thread do not belong in the file."""
    story, other = told(), told()
    foreign = other.case.statements[other.subject][0]
    files = unpacked(story.file)
    theirs = {k: v for k, v in unpacked(other.file).items() if foreign.sid.hex() in k}
    report = report_on(resigned(files | theirs, story.case), story.root)
    assert "verify.foreign-subject" in codes(report)


@pytest.mark.parametrize("kind", ["hotline.call", "assistance.sing"])
def test_a_kind_of_the_future_is_not_called_valid(kind: str) -> None:
    """A newer program may know it; this one does not."""
    story = told()
    case = story.case
    case.say(case.parties[0], Act(type=kind, net=case.net), subject=story.subject)
    report = report_on(story.file, story.root)
    assert (report.verdict, report.exit_code) == (Verdict.UNKNOWN_VERSION, 3)


def test_a_manifest_of_the_future_is_not_called_wrong() -> None:
    """Its format names a version that this program does not know."""
    story = plain_story()
    files = unpacked(story.file)
    value = cbor.decode(files[MANIFEST], max_bytes=1 << 20)
    assert isinstance(value, dict)
    files[MANIFEST] = cbor.encode({**value, "format": "comity-case/2"})
    report = report_on(packed(files), story.root)
    assert report.verdicts == (Verdict.UNKNOWN_VERSION,)


def test_a_body_of_the_future_is_not_called_wrong() -> None:
    """A listing of another version is signed all right, and not understood."""
    story = told()
    aster, case = story.case.parties[0], story.case
    section = act_section(Act(type="assistance.close", net=case.net))
    listing = cbor.encode(["comity-body/2", {"act": section.digest}])
    sid = story.case.statements[story.subject][0].sid
    header = parse(case.statements[story.subject][0].encoded)
    payload = sha256(listing).digest()
    signature = sign1(header.protected, payload, aster.known.keys[SIGN])
    encoded = encode_sign1(header.protected, {}, payload, signature)
    new = parse(encoded)
    assert new.sid != sid
    content = StatementContent(
        sid=new.sid,
        encoded=encoded,
        listing=listing,
        sections={"act": section},
        receipts={each.id: each.log.append([new])[0] for each in case.parties},
    )
    case.statements[story.subject].append(content)
    report = report_on(story.file, story.root)
    assert report.verdict is Verdict.UNKNOWN_VERSION


def test_an_algorithm_that_is_not_supported_is_half_checked() -> None:
    """T11: never valid for what could not be checked."""
    story = told()
    last = story.case.statements[story.subject][-1]
    statement = parse(last.encoded)
    value = cbor.decode(statement.protected, max_bytes=4096)
    assert isinstance(value, dict)
    protected = cbor.encode({**value, 1: -265})
    encoded = encode_sign1(protected, {}, statement.payload, statement.signature)
    sid = sha256(sig_structure(protected, statement.payload)).digest()
    files = unpacked(story.file)
    files[f"statements/{sid.hex()}.cose"] = encoded
    report = report_on(resigned(files, story.case), story.root)
    assert report.verdict is Verdict.HALF_CHECKED


def test_a_forged_statement_is_named() -> None:
    """Signed by a key that is not the issuer's, or changed after it was signed."""
    story = told()
    last = story.case.statements[story.subject][-1]
    statement = parse(last.encoded)
    files = unpacked(story.file)
    for signature in (
        bytes(64),
        sign1(statement.protected, statement.payload, story.case.parties[1].known.keys[SIGN]),
    ):
        forged = encode_sign1(statement.protected, {}, statement.payload, signature)
        path = statement_path(last.sid)
        report = report_on(resigned(files | {path: forged}, story.case), story.root)
        failed = [each for each in report.checks if each.finding is Finding.FAILS]
        assert report.verdict is Verdict.INVALID
        assert failed[0].about.object == path
        assert (failed[0].check, failed[0].code) == ("signature", "key.bad-signature")


def test_a_fork_is_shown_as_evidence() -> None:
    """Two statements at one place of a chain: both are kept, and the file is right about it."""
    story = told()
    case = story.case
    briar = case.parties[1]
    chain = case.statements[story.subject]
    at = (story.subject, briar.id)
    before = case.last[at]
    act = Act(type="assistance.acknowledge", net=case.net, own=own(Acknowledge()))
    case.say(briar, act, subject=story.subject)
    case.last[at] = before
    case.say(briar, act, subject=story.subject)
    report = report_on(story.file, story.root)
    assert report.verdict is Verdict.VALID
    assert [each.code for each in report.checks if each.code == "verify.fork"] == ["verify.fork"]
    assert len(chain) == 6


def test_the_story_is_told_in_both_languages() -> None:
    """Who, what, and whose log held it by when; claimed dates are called claimed."""
    report = report_on(plain_story().file, plain_story().root)
    english, chinese = "\n".join(report.lines("en")), "\n".join(report.lines("zh"))
    for words in ("Aster asks for assistance", "dated", "The log of Briar held it by"):
        assert words in english
    for words in ("提出协助请求", "所载时间", "不表示有人阅读", "结论：VALID"):
        assert words in chinese


def test_the_reading_copy_holds_the_texts_and_says_what_it_is() -> None:
    """Texts outside the basic plane are there; the first line says that it is no evidence."""
    content: CaseContent = plain_story().content
    files = unpacked(written(plain_story().case, content))
    copy = files["case.zh.txt"].decode()
    assert copy.splitlines()[0].startswith("阅读件，不是证据")
    assert "请保全日志𠮷。" in copy
    assert files["case.en.txt"].decode().splitlines()[0].startswith("Reading copy")
