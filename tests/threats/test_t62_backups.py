"""T62: a backup holds no keys unless asked, opens with its key alone, and is whole or nothing."""

import random
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from comity.errors import ComityError, FormatError, TrustError
from comity.node import restore as restoring
from comity.node.backup import backup
from comity.node.keyring import SECRET
from comity.node.node import Node, open_node
from comity.node.outside import FILE as WITNESSES
from comity.node.restore import Restoring, restore
from comity.node.tests.world import World, heads, world
from comity.statement.blob import decrypt_stream


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("t62")
    note = folder / "note.txt"
    note.write_bytes(b"evidence" * 20_000)
    with world(folder / "world", "ab") as pair:
        pair.request("a", "b", attach=[str(note)])
        pair.pump()
        pair.tick()
        yield pair


def opened(file: Path, secret: Path) -> bytes:
    """Return what stands inside a backup."""
    inside = bytearray()
    with file.open("rb") as stream:
        key = restoring._open_head(stream, Restoring(file=file, folder=Path(), keys=secret))
        decrypt_stream(stream.read, inside.extend, key)
    return bytes(inside)


def secrets_of(node: Node) -> list[bytes]:
    ring = node.keeping.keys
    return [*(each.secret for each in ring.signing.values()), ring.kem.secret]


def test_no_key_is_inside(made: World, tmp_path: Path) -> None:
    """Neither open nor locked; nor the storage key, nor the guard."""
    node, file = made.nodes["a"], tmp_path / "a.backup"
    told = backup(node, str(file))
    folder = made.folder / "a"
    inside = opened(file, folder / "secret")
    storage = (folder / "secret").read_bytes().strip()
    for each in (*secrets_of(node), storage, bytes.fromhex(storage.decode())):
        assert each not in inside
        assert each not in file.read_bytes()
    assert (folder / "keys.bin").read_bytes() not in inside
    assert (folder / "guard").read_bytes() not in inside
    assert told["keys"] is False
    assert file.stat().st_mode & 0o777 == 0o600
    assert not list(folder.glob("backup-*"))
    assert b"evidence" not in file.read_bytes()


def test_with_keys_and_a_passphrase_it_is_all_that_is_needed(made: World, tmp_path: Path) -> None:
    """The drill after a total loss: this file and the words, on another machine."""
    words, file, folder = tmp_path / "words", tmp_path / "a.backup", tmp_path / "restored"
    words.write_text("correct horse battery staple\n")
    backup(made.nodes["a"], str(file), with_keys=True, key_file=str(words))
    told = restore(Restoring(file=file, folder=folder, key_file=words))
    assert told["keys"] is True
    node = open_node(folder)
    assert heads(node) == heads(made.nodes["a"])
    assert node.keeping.ledger.quarantine is not None
    assert sorted(p.name for p in (folder / "blobs").rglob("*") if p.is_file()) == sorted(
        p.name for p in (made.folder / "a" / "blobs").rglob("*") if p.is_file()
    )
    node.close()
    words.write_text("another horse battery staple\n")
    with pytest.raises(TrustError, match=r"vault\.not-opened"):
        restore(Restoring(file=file, folder=tmp_path / "other", key_file=words))
    with pytest.raises(FormatError, match=r"backup\.key-needed"):
        restore(Restoring(file=file, folder=tmp_path / "other"))
    words.write_text("short")
    with pytest.raises(FormatError, match=r"backup\.passphrase"):
        backup(made.nodes["a"], str(tmp_path / "no"), key_file=str(words))


def test_the_environment_may_give_the_storage_key(
    made: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.backup"
    backup(made.nodes["a"], str(file))
    with pytest.raises(FormatError, match=r"backup\.key-needed"):
        restore(Restoring(file=file, folder=tmp_path / "r"))
    monkeypatch.setenv(SECRET, (made.folder / "a" / "secret").read_text().strip())
    restore(Restoring(file=file, folder=tmp_path / "r"))


def test_the_file_of_outside_witnesses_comes_back(made: World, tmp_path: Path) -> None:
    """Without it a restored node would be cosigned by fewer, and nobody would see why."""
    policy, file = made.folder / "a" / WITNESSES, tmp_path / "a.backup"
    policy.write_text("quorum none\n")
    try:
        backup(made.nodes["a"], str(file))
    finally:
        policy.unlink()
    restore(Restoring(file=file, folder=tmp_path / "r", keys=made.folder / "a"))
    assert (tmp_path / "r" / WITNESSES).read_text() == "quorum none\n"


def test_a_changed_or_shortened_backup_leaves_no_node(made: World, tmp_path: Path) -> None:
    """At any place: an error, and no folder."""
    file, keys = tmp_path / "a.backup", made.folder / "a"
    backup(made.nodes["a"], str(file))
    whole = file.read_bytes()
    chance = random.Random(9)  # noqa: S311 - a schedule, not a secret
    bad = [whole[: chance.randrange(len(whole))] for _ in range(12)]
    for _ in range(24):
        at = chance.randrange(len(whole))
        bad.append(whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :])
    for number, content in enumerate(bad):
        file.write_bytes(content)
        target = tmp_path / f"r{number}"
        with pytest.raises(ComityError):
            restore(Restoring(file=file, folder=target, keys=keys))
        assert not target.exists()


def test_the_mark_is_there_before_the_database(
    made: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A restore that dies anywhere leaves no folder that would sign."""
    file, folder = tmp_path / "a.backup", tmp_path / "r"
    backup(made.nodes["a"], str(file))
    seen: list[list[str]] = []
    moved = Path.replace

    def watched(path: Path, target: Path) -> Path:
        seen.append(sorted(each.name for each in folder.iterdir()))
        return moved(path, target)

    monkeypatch.setattr(Path, "replace", watched)
    restore(Restoring(file=file, folder=folder, keys=made.folder / "a"))
    assert "quarantine" in seen[0]
    assert "node.db" not in seen[0]
    assert "comity.json" not in seen[-1]


def test_what_is_there_is_not_overwritten(made: World, tmp_path: Path) -> None:
    file = tmp_path / "a.backup"
    backup(made.nodes["a"], str(file))
    with pytest.raises(FormatError, match=r"node\.exists"):
        restore(Restoring(file=file, folder=made.folder / "a", keys=made.folder / "a"))
    assert heads(made.nodes["a"])
    file.write_text("no backup")
    with pytest.raises(FormatError, match=r"backup\.not-a-backup"):
        restore(Restoring(file=file, folder=tmp_path / "r"))
    with pytest.raises(FormatError, match=r"node\.cannot-write"):
        backup(made.nodes["a"], str(tmp_path / "no" / "such" / "place"))


def test_it_is_taken_while_the_node_is_busy(made: World, tmp_path: Path) -> None:
    """At one moment: every entry in it has its head."""
    node = made.nodes["a"]

    def busy() -> None:
        for _ in range(30):
            made.request("a", "b")

    asking = Thread(target=busy)
    asking.start()
    for number in range(3):
        backup(node, str(tmp_path / f"{number}.backup"))
    asking.join()
    for number in range(3):
        folder = tmp_path / f"r{number}"
        file = tmp_path / f"{number}.backup"
        restore(Restoring(file=file, folder=folder, keys=made.folder / "a"))
        copy = open_node(folder)
        assert 0 < copy.keeping.ledger.size == copy.tree_size
        copy.close()
