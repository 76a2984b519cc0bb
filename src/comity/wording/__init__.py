"""The software's own sentences, each in Chinese and in English.

One file per area maps a code to its two texts.  Neither language is the original.
"""

from collections.abc import Mapping
from types import MappingProxyType

from comity.errors import ComityError, RuleError
from comity.wording import (
    assistance,
    assistance_commands,
    assistance_surface,
    care,
    cbor,
    cli,
    demo,
    exchange,
    fold,
    keys,
    kit,
    log,
    node,
    parties,
    statement,
    store,
    verify,
    witness,
)
from comity.wording.system import REASONS

AREAS = (
    assistance,
    assistance_commands,
    assistance_surface,
    care,
    cbor,
    cli,
    demo,
    exchange,
    fold,
    keys,
    kit,
    log,
    node,
    parties,
    statement,
    store,
    verify,
    witness,
)
LANGUAGES = ("zh", "en")

SENTENCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {code: texts for area in AREAS for code, texts in area.SENTENCES.items()}
)
"""Code to (Chinese, English)."""


def say(code: str, lang: str, /, **facts: object) -> str:
    """Return the sentence for ``code`` in ``lang`` ("zh" or "en"), with its facts filled in."""
    zh, en = SENTENCES[code]
    return (zh if lang == "zh" else en).format(**facts)


def tell(error: ComityError, lang: str) -> str:
    """Return what went wrong as a sentence; an unknown code tells itself."""
    if isinstance(error, RuleError):
        return f"{error.code}：{error.zh}" if lang == "zh" else f"{error.code}: {error.en}"
    if error.code not in SENTENCES:
        return str(error)
    facts = error.facts
    if lang == "zh":
        facts = {name: REASONS.get(str(fact), fact) for name, fact in facts.items()}
    return say(error.code, lang, **facts)
