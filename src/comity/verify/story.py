"""The story as it was proved: each statement in its place, with whose log held it by when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from comity.casefile.story import Names, StoryLine, phase_words, tell_line
from comity.statement.cbor import Value
from comity.statement.model import StatementId
from comity.statement.text import BilingualText
from comity.verify.logs import Logs
from comity.verify.threads import Thread, without_effect
from comity.wording import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What is told of one statement, or of the whole."""

    statement: StatementId | None
    text: BilingualText


def story_of(thread: Thread, logs: Logs, names: Names) -> list[Sentence]:
    """Return a thread's story, in the order of the telling."""
    return list(_sentences(thread, logs, names))


def _sentences(thread: Thread, logs: Logs, names: Names) -> Iterator[Sentence]:
    if thread.telling is None:
        return
    others = [*sorted(thread.telling.waiting), *sorted(thread.apart)]
    for sid in [*(each.said.id for each in thread.telling.told), *others]:
        said = thread.heard[sid].said
        line = StoryLine(
            sid=sid,
            kind=said.act.type,
            issuer=said.issuer,
            claimed_at=said.claimed_at,
            own=said.act.own,
            words=_words(thread, said.act.own),
            held=tuple(
                (log, receipt.time) for (of, log), receipt in logs.receipts.items() if of == sid
            ),
        )
        zh, en = tell_line(line, names, "zh"), tell_line(line, names, "en")
        rule = thread.barred.get(sid)
        if rule is not None:
            barred = without_effect(rule)
            zh, en = zh + barred.zh, f"{en} {barred.en}"
        yield Sentence(statement=sid, text=BilingualText(zh=zh, en=en))
    if thread.state is not None:
        phase = thread.state.phase
        zh, en = (
            say("verify.phase", lang, phase=phase_words(phase, lang)) for lang in ("zh", "en")
        )
        yield Sentence(statement=None, text=BilingualText(zh=zh, en=en))


def _words(thread: Thread, own: Mapping[str, Value]) -> Mapping[str, BilingualText]:
    """Return what codes are called, as the capability that the thread belongs to says."""
    if thread.capability is None or thread.opening is None:
        return {}
    return thread.capability.words(own, thread.opening.act.own)
