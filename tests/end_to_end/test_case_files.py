"""An exported file proves what it says, and whatever was changed in it is never called valid."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from comity.statement.keys import ED25519, PrivateKey
from comity.verify.cli import verify as verify_command  # noqa: F401 - loaded once, before the flips

from .case_files import (
    UNREADABLE,
    Sealer,
    evidence,
    flipped,
    packed,
    scattered,
    sealer_of,
    unpacked,
    verdict,
)
from .nodes import Ended, Node, Pair, comity, founded, spoken, until

LONG = os.environ.get("LONG") == "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exports:
    """Three genuine files: one case from each end, and another case of the same mechanism."""

    pair: Pair
    a: Path
    b: Path
    other: Path
    mechanism: Path
    case: str

    @property
    def root(self) -> str:
        """What the verifier is told."""
        return self.pair.root


@pytest.fixture(scope="module")
def exports(served: Pair, tmp_path_factory: pytest.TempPathFactory) -> Exports:
    """Two cases, exported."""
    folder = tmp_path_factory.mktemp("exports")
    small = folder / "small.txt"
    small.write_bytes(b"small")
    cases = [served.ask(small), served.ask()]
    for case in cases:
        served.step(served.b, "acknowledge", case)
        served.step(served.b, "answer", case, "--text-en", f"Answer {case}", "--text-zh", "答复𠮷")
        served.settle(case)
    served.rest()
    made = {name: folder / f"{name}.comity" for name in ("a", "b", "other", "mechanism")}
    # What is witnessed later is exported later: wait until there is nothing more to come.
    until(lambda: all(witnessed(served.a, case) for case in cases))
    served.a.told("export", cases[0], "--out", made["a"])
    served.b.told("export", cases[0], "--out", made["b"])
    served.a.told("export", cases[1], "--out", made["other"])
    served.a.told("export", served.mechanism, "--out", made["mechanism"])
    return Exports(pair=served, case=cases[0], **made)


def witnessed(node: Node, case: str) -> bool:
    """Tell whether all that can cosign the receipts of a case have done so."""
    said = node.told("assistance", "show", case)["statements"]
    facts = [each["witnessed"] for one in said for each in one["receipts"]]
    return all(each["by"] == each["of"] for each in facts)


def verified(path: Path, *words: str) -> Ended:
    """Verify by the real command, in a folder without a node."""
    return comity("verify", path, *words)


def test_both_ends_export_files_that_are_valid_under_the_mechanism_and_under_each_party(
    exports: Exports,
) -> None:
    """Exit status 0, every check told, the story in the reader's language."""
    fingerprints = [node.told("card")["fingerprint"] for node in exports.pair.ends]
    for path in (exports.a, exports.b, exports.mechanism):
        for root in (exports.root, *fingerprints):
            assert verdict(path.read_bytes(), root) == "VALID"
    told = verified(exports.a, "--root", exports.root, "--json")
    assert told.returncode == 0
    checks = json.loads(told.stdout)["checks"]
    assert {"statement", "check", "verdict", "why"} <= set(checks[0])
    zh = spoken("verify", exports.a, "--root", exports.root, lang="zh").stdout
    en = spoken("verify", exports.a, "--root", exports.root, lang="en").stdout
    assert "VALID" in zh
    assert "VALID" in en
    assert zh != en


def spoken_verdict(path: Path, *words: str) -> tuple[int, str]:
    """Return status and word; the verifier ends the process, so this is a real one's code."""
    told = comity("verify", path, *words, "--json")
    return told.returncode, json.loads(told.stdout)["verdict"]


def test_the_same_export_is_the_same_bytes(exports: Exports, tmp_path: Path) -> None:
    """The manifest is signed once and its signature kept."""
    again = tmp_path / "again.comity"
    exports.pair.a.told("export", exports.case, "--out", again)

    assert again.read_bytes() == exports.a.read_bytes()


def test_a_wrong_root_is_never_valid(exports: Exports, tmp_path: Path) -> None:
    """None, another's, one digit off, no root at all, and no root's form."""
    narrow = exports.pair.a.told(
        "mechanism", "found", "--name-en", "Other", "--member", exports.pair.b.party
    )
    stranger = founded(tmp_path / "stranger", "Stranger").folder
    told = json.loads(spoken("--node", stranger, "card", "--json").stdout)
    off = exports.root[:-1] + ("0" if exports.root[-1] != "0" else "1")

    assert spoken_verdict(exports.a) == (3, "SELF_CONSISTENT_ONLY")
    assert spoken_verdict(exports.a, "--root", off) == (1, "INVALID")
    for root in (narrow["root"], told["fingerprint"], "0" * 64):
        assert verdict(exports.a.read_bytes(), root) == "INVALID"
    for root in ("", "x", exports.root[:-1], exports.root + "0"):
        done = spoken("verify", exports.a, "--root", root)
        assert done.returncode == 2
        assert done.stderr


def test_a_changed_byte_is_never_valid_wherever_it_is(exports: Exports, tmp_path: Path) -> None:
    """A sample, the same every time; three of it by the real command, named in both languages."""
    data = exports.a.read_bytes()
    places = list(scattered(600 if LONG else 90, len(data)))
    assert verdict(data, exports.root) == "VALID"
    for at in places:
        assert verdict(flipped(data, at), exports.root) != "VALID", at
    for at in places[:3]:
        path = tmp_path / "flipped.comity"
        path.write_bytes(flipped(data, at))
        zh, en = (
            comity("verify", path, "--root", exports.root, lang=lang) for lang in ("zh", "en")
        )
        assert zh.returncode == en.returncode in {1, 2}, at
        assert zh.stdout + zh.stderr != en.stdout + en.stderr


@pytest.mark.long
def test_changed_bytes_all_over_a_whole_file_are_never_valid(exports: Exports) -> None:
    """Every 31st position, by the whole verifier; ``verify/tests/test_flips`` takes them all."""
    data = exports.mechanism.read_bytes()
    assert verdict(data, exports.root) == "VALID"
    for at in range(0, len(data), 31):
        assert verdict(flipped(data, at), exports.root) != "VALID", at


def test_a_changed_byte_is_found_even_if_the_exporter_signs_the_file_again(
    exports: Exports,
) -> None:
    """Checksums, digests and manifest all fit; what the others signed still does not.

    Only the notes of a card, which are for the eye, may be written anew, and cosignatures be left
    out: one that is spoilt counts for nobody.
    """
    files, sealer = unpacked(exports.a), sealer_of(exports.pair.a.folder)
    assert verdict(sealer.seal(files), exports.root) == "VALID"
    for name in evidence(files):
        if name.startswith("cosignatures/"):
            continue
        for at in scattered(20 if LONG else 2, len(files[name])):
            if name.startswith("cards/") and in_note(files[name], at):
                continue
            bad = sealer.seal(files | {name: flipped(files[name], at)})
            assert verdict(bad, exports.root) != "VALID", (name, at)


def in_note(card: bytes, at: int) -> bool:
    """Whether a position is in a line that nothing reads, or is the end of a line."""
    start = card.rfind(b"\n", 0, at) + 1
    return card[start : start + 1] == b"#" or card[at : at + 1] == b"\n"


def test_whatever_is_exchanged_between_two_genuine_files_is_found(exports: Exports) -> None:
    """Receipts, statements, bodies, cards and heads, each in each other's place, signed again."""
    sealer = sealer_of(exports.pair.a.folder)
    mine, theirs = unpacked(exports.a), unpacked(exports.other)
    for folder in ("statements", "receipts", "payloads", "heads", "cards", "evidence"):
        ours = [name for name in evidence(mine) if name.startswith(folder)]
        foreign = [name for name in evidence(theirs) if name.startswith(folder)]
        for at, name in enumerate(ours):
            for other in (foreign[at % len(foreign)] if foreign else name, ours[at - 1]):
                swapped = (theirs | mine)[other] if other in theirs else mine[other]
                if swapped == mine[name]:
                    continue
                assert verdict(sealer.seal(mine | {name: swapped}), exports.root) != "VALID", name


def test_the_whole_of_another_file_is_not_this_case(exports: Exports) -> None:
    """All objects of one under the manifest of the other, sealed again by the exporter."""
    sealer = sealer_of(exports.pair.a.folder)
    mine, theirs = unpacked(exports.a), unpacked(exports.other)
    seal = {name: mine[name] for name in mine if "/" not in name}
    foreign = {name: data for name, data in theirs.items() if "/" in name}

    assert verdict(sealer.seal(foreign | seal), exports.root) != "VALID"
    assert verdict(sealer.seal(mine | foreign), exports.root) != "VALID"


def test_a_stranger_who_signs_a_file_again_makes_nothing_valid(
    exports: Exports, tmp_path: Path
) -> None:
    """In the exporter's name, in his own, and with his own card put in."""
    files = unpacked(exports.a)
    stranger = founded(tmp_path / "stranger", "Stranger")
    path = tmp_path / "stranger.card"
    stranger.told("card", "--out", path)
    own = sealer_of(stranger.folder)
    letters = stranger.party.rpartition(":")[2]
    named = Sealer(key=own.key, exporter=stranger.party)  # type: ignore[arg-type] # as printed
    with_card = files | {f"cards/{letters}.card": path.read_bytes()}
    unknown = Sealer(key=PrivateKey.generate(ED25519))

    for data in (
        own.seal(files),
        unknown.seal(files),
        named.seal(files),
        named.seal(with_card),
    ):
        assert verdict(data, exports.root) != "VALID"


def test_whatever_a_stranger_takes_out_is_missed(exports: Exports) -> None:
    """Every file, one by one, with an archive that is canonical and a manifest that fits."""
    files = unpacked(exports.a)
    unknown = Sealer(key=PrivateKey.generate(ED25519))
    for name in files:
        left = {each: data for each, data in files.items() if each != name}
        assert verdict(packed(left), exports.root) != "VALID", name
        if name in {"manifest.cbor", "manifest.cose"}:
            continue
        assert verdict(unknown.seal(left), exports.root) != "VALID", name


def test_whatever_the_exporter_takes_out_is_missed_too(exports: Exports) -> None:
    """He signs what he shows; what others cite, and what his own log must hold, is missed.

    Only a proof that a head continues another, which nobody can make for others, and a witness's
    cosignature, which takes nothing away where it is not, are never owed.
    """
    files, sealer = unpacked(exports.a), sealer_of(exports.pair.a.folder)
    for name in evidence(files):
        if name.startswith(("consistency/", "cosignatures/")):
            continue
        left = {each: data for each, data in files.items() if each != name}
        assert verdict(sealer.seal(left), exports.root) != "VALID", name


@pytest.mark.parametrize("content", [b"", b"PK", b"\0" * 10_000, b"PK\x03\x04" * 5_000])
def test_what_is_no_case_file_cannot_be_read(
    exports: Exports, tmp_path: Path, content: bytes
) -> None:
    """Exit status 2, one sentence."""
    path = tmp_path / "broken.comity"
    path.write_bytes(content)

    assert verdict(content, exports.root) in {UNREADABLE, "INVALID"}
    if content == b"PK":
        done = verified(path, "--root", exports.root)
        assert done.returncode == 2
        assert len(done.stderr.strip().splitlines()) == 1


def test_a_file_that_is_cut_or_followed_by_something_is_never_valid(exports: Exports) -> None:
    """Archives that some programs read and others do not."""
    data = exports.a.read_bytes()
    for bad in (data[:-1], data[: len(data) // 2], data + b"\0", b"\0" + data, data + data):
        assert verdict(bad, exports.root) != "VALID"
