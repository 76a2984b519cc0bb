"""Where the node's code meets the machine, and what stands there instead.

Comity's code is not changed and none of it is replaced.  What it takes from outside itself is:
threads, the clock, random bytes, files that must be on disk, and the library that speaks HTTP for
it.  Those names are exchanged in every module of ``comity`` that has them, for as long as a
simulation runs: the module sees another ``threading``, ``time``, ``secrets``, ``os``, ``shutil``
and ``aiohttp``.  SQLite stays itself and writes through a VFS of ours (``disk``).

Private keys are drawn from the seed.  OpenSSL's own random bytes cannot be: an ML-DSA signature
and an encapsulated key differ from run to run, in content, not in size.  The one thing that would
follow from them is in which order proofs of two histories are passed on, because a proof is called
by the digest of its bytes; here it is called by what it says.  No digest of a run covers them.
"""

import concurrent.futures
import contextlib
import os
import queue
import secrets
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from random import Random
from types import ModuleType, SimpleNamespace
from typing import Any

import aiohttp
import apsw
import cbor2
from http_sf import bare_item

from comity.errors import TrustError
from comity.exchange import backoff
from comity.parties import fork_proof
from comity.statement import keys
from simulation import threads
from simulation.network import Session
from simulation.threads import CURRENT

EPOCH = 1_800_000_000
"""Unix seconds at the beginning of every simulation."""
_SEED_BYTES = 32
PURE = (("comity.log.checkpoint", "parse_note"),)
"""Functions of their argument alone, by which twelve nodes in one process do much twice."""


class _Clock:
    """The machine's clock of whoever asks."""

    @staticmethod
    def time() -> float:
        process = CURRENT.get()
        now = threads.asyncio.get_running_loop().time()
        return EPOCH + now + (process.machine.skew if process is not None else 0.0)

    @staticmethod
    def monotonic() -> float:
        return threads.asyncio.get_running_loop().time()

    @staticmethod
    def sleep(seconds: float) -> None:
        threads.threads().sleep(seconds)


class _Entropy:
    """Random bytes from the seed."""

    def __init__(self, draw: Random) -> None:
        self.draw = draw

    def token_bytes(self, count: int = _SEED_BYTES) -> bytes:
        return self.draw.randbytes(count)

    def token_hex(self, count: int = _SEED_BYTES) -> str:
        return self.draw.randbytes(count).hex()

    def generate(self, alg: int) -> keys.PrivateKey:
        return keys.PrivateKey.load(alg, self.draw.randbytes(_SEED_BYTES))


def _fsync(fd: int) -> None:
    process = CURRENT.get()
    if process is None:
        return
    process.machine.disk.fsync(str(Path(f"/proc/self/fd/{fd}").readlink()))


def _disk_usage(path: object) -> Any:
    process = CURRENT.get()
    free = process.machine.disk.free if process is not None else 1 << 40
    del path
    return SimpleNamespace(total=1 << 41, used=(1 << 41) - free, free=free)


def _like(module: ModuleType, **others: Any) -> ModuleType:
    """Return a module that is like another one but for some names."""
    made = ModuleType(module.__name__)
    made.__dict__.update(module.__dict__)
    made.__dict__.update(others)
    return made


def _stand_ins(entropy: _Entropy) -> dict[int, Any]:
    """Return what stands for what, by the identity of what it replaces."""
    clock = _Clock()
    names: list[tuple[Any, Any]] = [
        (
            threading,
            _like(threading, Thread=threads.Thread, Lock=threads.Lock, local=threads.Local),
        ),
        (threading.Thread, threads.Thread),
        (threading.Lock, threads.Lock),
        (concurrent.futures.ThreadPoolExecutor, threads.ThreadPoolExecutor),
        (concurrent.futures.Future, threads.Future),
        (queue.SimpleQueue, threads.SimpleQueue),
        (time, _like(time, time=clock.time, monotonic=clock.monotonic, sleep=clock.sleep)),
        (time.time, clock.time),
        (time.monotonic, clock.monotonic),
        (time.sleep, clock.sleep),
        (
            secrets,
            _like(secrets, token_bytes=entropy.token_bytes, token_hex=entropy.token_hex),
        ),
        (secrets.token_bytes, entropy.token_bytes),
        (os, _like(os, fsync=_fsync, urandom=entropy.token_bytes)),
        (shutil, _like(shutil, disk_usage=_disk_usage)),
        (
            aiohttp,
            _like(aiohttp, ClientSession=Session, TCPConnector=lambda **_: None),
        ),
    ]
    names.append((fork_proof.proof_digest, _name_of))
    return {id(real): (real, stand_in) for real, stand_in in names}


def _name_of(proof: bytes) -> bytes:
    """Call a proof by what it says, without the bytes that differ from run to run."""
    said = cbor2.loads(proof)
    heads = [each.rpartition("\n\n")[0] for each in said["heads"]]
    return sha256("\n".join([said["kind"], *heads]).encode()).digest()


@lru_cache(maxsize=1 << 15)
def _holds(key: keys.PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        _verify(key, signature, message)
    except TrustError:
        return False
    return True


_verify = keys.PublicKey.verify


def _remembered(key: keys.PublicKey, signature: bytes, message: bytes) -> None:
    """Verify; the same bytes again are not computed again, in twelve nodes of one process."""
    if not _holds(key, signature, message):
        raise TrustError("key.bad-signature", alg=key.alg, kid=key.kid.hex())


@lru_cache(maxsize=8)
def _once(pure: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return a function of its argument alone that does the same work once."""
    return lru_cache(maxsize=1 << 12)(pure)


@contextlib.contextmanager
def boundary(draw: Random) -> Iterator[None]:
    """Let Comity's code run on simulated machines, to the end of the block."""
    entropy = _Entropy(draw)
    stand_ins = _stand_ins(entropy)
    changed: list[tuple[Any, str, Any]] = []

    def put(where: Any, name: str, what: Any) -> None:
        changed.append((where, name, where.__dict__[name]))
        setattr(where, name, what)

    for module in [each for name, each in sys.modules.items() if name.startswith("comity.")]:
        for name, value in list(vars(module).items()):
            real, stand_in = stand_ins.get(id(value), (None, None))
            if stand_in is not None and real is value:
                put(module, name, stand_in)
    put(backoff, "_random", draw)
    put(keys.PrivateKey, "generate", staticmethod(entropy.generate))
    put(keys.PublicKey, "verify", _remembered)
    for where, name in PURE:
        put(sys.modules[where], name, _once(vars(sys.modules[where])[name]))
    written = bare_item._ser_map[str]
    bare_item._ser_map[str] = _once(written)
    apsw.randomness(0)
    try:
        yield
    finally:
        bare_item._ser_map[str] = written
        for where, name, value in reversed(changed):
            setattr(where, name, value)
        apsw.randomness(0)
