"""Every error of this folder can be told to people in both languages."""

import re
from pathlib import Path
from string import Formatter

from comity.wording import SENTENCES
from comity.wording import cbor as cbor_sentences
from comity.wording import statement as statement_sentences

FOLDER = Path(__file__).parents[1]
RAISED = re.compile(r'(?:FormatError|TrustError)\(\s*"([a-z0-9.-]+)"((?:[^()]|\([^()]*\))*)\)')
OTHERWISE = re.compile(r'"((?:cbor|text)\.[a-z-]+)"')


def raised() -> dict[str, set[str]]:
    """Return each code that the sources raise in one expression, with its facts."""
    found: dict[str, set[str]] = {}
    for source in FOLDER.glob("*.py"):
        for code, facts in RAISED.findall(source.read_text()):
            found.setdefault(code, set()).update(re.findall(r"(\w+)=(?!=)", facts))
    return found


def test_every_error_has_two_sentences_that_use_only_its_facts() -> None:
    """No code is without words, and no placeholder is without its fact."""
    assert len(raised()) > 50
    for code, facts in raised().items():
        for sentence in SENTENCES[code]:
            named = {name for _, name, _, _ in Formatter().parse(sentence) if name}
            assert named <= facts, code


def test_codes_chosen_at_run_time_have_sentences_too() -> None:
    """The decoder and the text check choose some of their codes by what they find."""
    for source in FOLDER.glob("*.py"):
        for code in OTHERWISE.findall(source.read_text()):
            assert code in SENTENCES
    groups = re.findall(r"\?P<(\w+)>", (FOLDER / "text.py").read_text())
    assert {f"text.{group}" for group in groups} <= set(SENTENCES)


def test_no_sentence_is_left_over() -> None:
    """A sentence that no error uses is gone."""
    text = "".join(source.read_text() for source in FOLDER.glob("*.py"))
    groups = {f"text.{group}" for group in re.findall(r"\?P<(\w+)>", text)}
    for code in {**cbor_sentences.SENTENCES, **statement_sentences.SENTENCES}:
        assert f'"{code}"' in text or code in groups, code
