"""What lies on the disk: who may read it, what stands in it, and who may open it."""

import stat
from pathlib import Path

import pytest

from comity.errors import FormatError, PeerError, TrustError
from comity.node import operations
from comity.node.export import export
from comity.node.founding import NewNode, found_node
from comity.node.keyring import SECRET
from comity.node.node import open_node
from comity.node.office import NodeOffice
from comity.node.tests.world import World, world


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    """Folder 0700, storage key and keys 0600."""
    with world(tmp_path, "a", agreed=False):
        folder = tmp_path / "a"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for name in ("secret", "keys.bin", "next-key.bin"):
            assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604])
def test_a_storage_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    with world(tmp_path, "a", agreed=False) as made:
        made.close("a")
        (tmp_path / "a" / "secret").chmod(mode)
        with pytest.raises(TrustError, match=r"node\.secret-open"):
            open_node(tmp_path / "a")


def test_the_environment_may_give_the_storage_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then no file holds it, and without it nothing opens."""
    monkeypatch.setenv(SECRET, "ab" * 32)
    folder = tmp_path / "a"
    found_node(NewNode(folder=folder, names={"en": "Ministry"}))
    assert not (folder / "secret").exists()
    open_node(folder).close()
    monkeypatch.setenv(SECRET, "cd" * 32)
    with pytest.raises(TrustError, match=r"vault\.not-opened"):
        open_node(folder)
    monkeypatch.delenv(SECRET)
    with pytest.raises(FormatError, match=r"node\.secret"):
        open_node(folder)


def test_content_cannot_be_read_from_the_disk(pair: World, tmp_path: Path) -> None:
    """Drafts, bodies, attachments and private keys: not in any file of the folder."""
    note = tmp_path / "note.txt"
    note.write_text("attached-evidence")
    subject = pair.request("a", "b", attach=[str(note)])
    pair.pump()
    office = NodeOffice(pair.nodes["a"], "assistance")
    office.keep_draft("one", b"a confidential draft")
    assert office.drafts() == {"one": b"a confidential draft"}
    ring = pair.nodes["a"].keeping.keys
    secrets = [key.secret for key in ring.signing.values()] + [ring.kem.secret]
    assert subject
    words = [b"Preserve the logs", "请保全日志".encode(), b"confidential", b"attached-evidence"]
    for name in "ab":
        pair.close(name)
        whole = b"".join(
            path.read_bytes() for path in (pair.folder / name).rglob("*") if path.is_file()
        )
        assert len(whole) > 10_000
        for each in (*words, *secrets):
            assert each not in whole
            assert each.hex().encode() not in whole


def test_a_folder_is_never_opened_twice(tmp_path: Path) -> None:
    """And it may be opened again when it has been closed."""
    with world(tmp_path, "a", agreed=False) as made:
        with pytest.raises(PeerError, match=r"store\.in-use"):
            open_node(tmp_path / "a")
        made.close("a")
        made.open("a")


def test_a_folder_that_is_not_a_nodes_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"node\.no-node"):
        open_node(tmp_path)
    (tmp_path / "comity.json").write_text("[]")
    with pytest.raises(FormatError, match=r"node\.settings"):
        open_node(tmp_path)


def test_an_occupied_folder_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "note").write_text("x")
    with pytest.raises(FormatError, match=r"node\.exists"):
        found_node(NewNode(folder=tmp_path, names={"en": "Ministry"}))


def test_the_keys_of_another_node_are_noticed(tmp_path: Path) -> None:
    """Two folders mixed up: nothing is signed in another's name."""
    with world(tmp_path, "ab", agreed=False) as made:
        made.close("a")
        made.close("b")
        one, two = tmp_path / "a", tmp_path / "b"
        (one / "node.db").write_bytes((two / "node.db").read_bytes())
        with pytest.raises((FormatError, TrustError)):
            open_node(one)


def test_the_same_subject_gives_the_same_file(pair: World, tmp_path: Path) -> None:
    """Exported twice, also after a restart: byte for byte."""
    subject = pair.request("a", "b")
    pair.pump()
    pair.tick()
    files = []
    for number in range(3):
        path = tmp_path / f"{number}.comity"
        export(pair.nodes["a"], subject="urn:comity:matter:" + subject.hex(), out=str(path))
        files.append(path.read_bytes())
        pair.close("a")
        pair.open("a")
    assert files[0] == files[1] == files[2]
    assert not list(tmp_path.glob("*.new"))


def test_an_export_that_cannot_be_written_says_so(pair: World, tmp_path: Path) -> None:
    subject = pair.request("a", "b")
    pair.pump()
    with pytest.raises(FormatError, match=r"node\.cannot-write"):
        export(pair.nodes["a"], subject=subject.hex(), out=str(tmp_path / "no" / "x.comity"))
    with pytest.raises(FormatError, match=r"node\.no-such"):
        export(pair.nodes["a"], subject="f" * 32, out=str(tmp_path / "x.comity"))


def test_a_card_older_than_the_one_held_is_refused(tmp_path: Path) -> None:
    """An old address would be taken back."""
    with world(tmp_path, "ab", agreed=False) as made:
        a, b = made.nodes["a"], made.nodes["b"]
        assert operations.meet(a, card=b.card_text())["party"] == b.party
        with pytest.raises(FormatError, match=r"parties\.own-card"):
            operations.meet(a, card=a.card_text())
