"""Every error of this folder can be told to people in both languages."""

import re
from pathlib import Path
from string import Formatter

from comity.wording import SENTENCES
from comity.wording import log as log_sentences

FOLDER = Path(__file__).parents[1]
RAISED = re.compile(
    r'(?:FormatError|TrustError|ProofError)\(\s*"([a-z0-9.-]+)"((?:[^()]|\([^()]*\))*)\)'
)


def raised() -> dict[str, list[set[str]]]:
    """Return each code that the sources raise, with the facts of every place."""
    found: dict[str, list[set[str]]] = {}
    for source in FOLDER.glob("*.py"):
        for code, facts in RAISED.findall(source.read_text()):
            found.setdefault(code, []).append(set(re.findall(r"(\w+)=(?!=)", facts)))
    return found


def test_every_error_has_two_sentences_that_use_only_its_facts() -> None:
    """No code is without words, and no placeholder is without its fact, wherever raised."""
    assert len(raised()) > 25
    for code, places in raised().items():
        for sentence in SENTENCES[code]:
            named = {name for _, name, _, _ in Formatter().parse(sentence) if name}
            for facts in places:
                assert named <= facts, code


def test_no_sentence_is_left_over() -> None:
    """A sentence that no error uses is gone."""
    assert set(log_sentences.SENTENCES) == set(raised())
