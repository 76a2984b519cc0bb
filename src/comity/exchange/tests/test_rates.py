"""Rates, places and back-off."""

import pytest

from comity.errors import PeerError
from comity.exchange.backoff import Backoff, moment
from comity.exchange.rates import MOST_KEYS, Buckets, Places


def test_a_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    """T30: two seconds' worth at once, then so many a second; the answer says how long to wait."""
    now = [0.0]
    buckets = Buckets(10, lambda: now[0])
    for _ in range(20):
        buckets.spend("a")

    with pytest.raises(PeerError) as caught:
        buckets.spend("a")
    assert caught.value.facts["retry_after"] == 1

    now[0] = 0.11
    buckets.spend("a")
    buckets.spend("b")


def test_a_cost_larger_than_the_bucket_is_taken_when_it_is_full() -> None:
    """A large attachment is slow, not impossible."""
    now = [0.0]
    buckets = Buckets(10, lambda: now[0])
    buckets.spend("a", 50)

    with pytest.raises(PeerError) as caught:
        buckets.spend("a", 50)
    now[0] = 5.0
    buckets.spend("a", 50)
    assert caught.value.facts["retry_after"] == 5


def test_only_so_many_keys_are_remembered() -> None:
    """T30: inventing callers costs no memory."""
    buckets = Buckets(10, lambda: 0.0)
    for number in range(MOST_KEYS + 10):
        buckets.spend(number)

    assert len(buckets._levels) == MOST_KEYS


def test_places_are_given_back() -> None:
    """T30: one peer holds no more than its own."""
    places = Places(1)
    with places.take("a"), places.take("b"), pytest.raises(PeerError), places.take("a"):
        pass
    with places.take("a"):
        pass


def test_the_wait_doubles_up_to_an_hour_and_jitters() -> None:
    """Ruling 17: full jitter, bounded; what the peer asks for wins."""
    backoff = Backoff()
    waits = [backoff.wait(1) for _ in range(200)]

    assert max(waits) <= 0.5
    assert len(set(waits)) > 100
    assert max(backoff.wait(50) for _ in range(200)) <= 3600
    assert 7 <= backoff.after(PeerError("exchange.busy", retry_after=7), 9) <= 7.5
    assert (moment(100, 0.0), moment(100, 2.1)) == (101, 103)
