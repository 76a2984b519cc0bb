"""Fingerprints in words."""

from hypothesis import given
from hypothesis import strategies as st

from comity.parties.words import words_of

PRINTS = st.binary(min_size=32, max_size=32)


def test_words_and_digits_say_the_same() -> None:
    """Five groups of 16 bits: a word each, or five digits each."""
    words = words_of(bytes.fromhex("0000ffff000100100100" + "00" * 22))

    assert words.en == "babab-zuzuz-babad-babib-bahab"
    assert words.zh == "零零零零零 六五五三五 零零零零一 零零零一六 零零二五六"


@given(PRINTS, PRINTS)
def test_other_prints_have_other_words(first: bytes, second: bytes) -> None:
    """The words are exact: they differ whenever the first 80 bits do."""
    same = first[:10] == second[:10]

    assert (words_of(first).en == words_of(second).en) is same
    assert (words_of(first).zh == words_of(second).zh) is same
