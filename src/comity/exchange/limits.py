"""How much one node takes from another, and how long it waits."""

from dataclasses import dataclass
from typing import Final

VERSION: Final = "1"
"""What the header ``comity-version`` says."""
MOST_ITEMS: Final = 128
"""Statements in one delivery (ruling 9)."""
MOST_SIGNED_BYTES: Final = 192 * 1024
"""A statement (32 KiB) with the few receipts that travel beside it."""
MOST_SEALED_BYTES: Final = 256 * 1024 + 16 * 1024
"""A body (256 KiB) with what encryption adds."""
MOST_KEYS_BYTES: Final = 1024 * 1024
"""Of statements of key threads, which anyone may bring."""
MOST_DELIVERY_BYTES: Final = 4 * 1024 * 1024
"""A whole delivery.  The courier makes smaller ones rather than pass this."""
MOST_ANSWER_BYTES: Final = 9 * 1024 * 1024
"""An answer to a delivery: 128 receipts at their largest (64 KiB), and what is around them."""
MOST_RECEIPT_BYTES: Final = 64 * 1024
MOST_CHUNK_BYTES: Final = 4 * 1024 * 1024
"""One piece of an attachment."""
MOST_BARE_BYTES: Final = MOST_SIGNED_BYTES
"""A statement that is registered without its body."""
MOST_HEADER_BYTES: Final = 16 * 1024
"""Request line and header fields together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a node takes from its peers; an operator may change it."""

    requests_per_second: int = 500
    """From one peer, on average; bursts may be twice as many."""
    statements_per_second: int = 2_000
    """From one peer, on average; bursts may be twice as many."""
    bytes_per_second: int = 128 * 1024 * 1024
    """From one peer, on average; bursts may be twice as many."""
    strangers_per_second: int = 50
    """Bare registrations, from all who do not say who they are."""
    at_once: int = 64
    """Requests worked on at a time."""
    at_once_per_peer: int = 8
    connections: int = 512
    body_seconds: float = 60.0
    """How long a request's body may take to arrive."""
    header_seconds: float = 20.0
    """How long a connection may be open without a request, and a header may take."""
    idle_seconds: int = 75
    """How long a connection is kept for the next request."""
    most_blob_bytes: int = 8 * 1024 * 1024 * 1024
    least_free_bytes: int = 256 * 1024 * 1024
    """An attachment is not taken if less than this would be free on the disk."""
