"""A fingerprint in words, to be read over the telephone.

The first 80 bits of a fingerprint (the inception's statement id) are five groups of 16 bits.
In letters each group is a word of five: consonant, vowel, consonant, vowel, consonant, where a
consonant stands for four bits (``bdfghjklmnprstvz``) and a vowel for two (``aiou``).  In Chinese
each group is its value in five decimal digits, read one by one.  Word and digits say the same,
so two people can compare in either, and both can be computed from the 20 first hex digits.

Who wants another inception with the same words has to try 2^80 of them.
"""

from typing import Final

from comity.statement.text import BilingualText

GROUPS: Final = 5
GROUP_BYTES: Final = 2
_CONSONANTS: Final = "bdfghjklmnprstvz"
_VOWELS: Final = "aiou"
_DIGITS: Final = "零一二三四五六七八九"
_SHAPE: Final = ((_CONSONANTS, 12), (_VOWELS, 10), (_CONSONANTS, 6), (_VOWELS, 4), (_CONSONANTS, 0))


def words_of(fingerprint: bytes) -> BilingualText:
    """Return the words of a fingerprint (at least 10 bytes), in letters and in Chinese digits."""
    groups = [
        int.from_bytes(fingerprint[at : at + GROUP_BYTES], "big")
        for at in range(0, GROUPS * GROUP_BYTES, GROUP_BYTES)
    ]
    return BilingualText(
        zh=" ".join(_digits(group) for group in groups),
        en="-".join(_word(group) for group in groups),
    )


def _word(group: int) -> str:
    return "".join(letters[group >> shift & len(letters) - 1] for letters, shift in _SHAPE)


def _digits(group: int) -> str:
    return "".join(_DIGITS[int(digit)] for digit in f"{group:05}")
