"""The desk as a person reads it: by when, how long, whose, about what, and what to type next."""

from pathlib import Path

import pytest

from comity.app.desk_words import desk
from comity.kit.desk import Json
from comity.kit.language import Language

US: Json = {"party": "urn:u", "names": {"en": "Team A", "zh": "甲队"}, "code": None, "is_us": True}
THEM: Json = {
    "party": "urn:t",
    "names": {"en": "Team B", "zh": "乙队"},
    "code": "b",
    "is_us": False,
}
SUBJECT = "urn:comity:matter:" + "0123456789abcdef" * 2


def row(**changes: Json) -> Json:
    told: dict[str, Json] = {
        "capability": "assistance",
        "subject": SUBJECT,
        "requester": THEM,
        "addressee": US,
        "ours": False,
        "reference": "R-1",
        "summary": {"en": "Mail is down.", "zh": "邮件中断。"},
        "phase": "delivered",
        "duty": "acknowledge",
        "duty_label": {"en": "Acknowledge", "zh": "确认收到"},
        "due": "2026-11-25T04:00:00Z",
        "overdue": False,
        "open_to_us": ["acknowledge", "clarify"],
    }
    return told | changes


def told(lang: Language, *owed: Json, awaited: tuple[Json, ...] = ()) -> list[str]:
    result: dict[str, Json] = {
        "as_of": "2026-11-25T03:00:00Z",
        "owed": [*owed],
        "awaited": [*awaited],
        "demo": False,
    }
    return desk(result, lang, Path("/n ode")).splitlines()


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "en",
            [
                "  1. due 2026-11-25 04:00 UTC, 1 h left",
                "     Acknowledge: request R-1 of Team B [b] to us",
                "     Mail is down.",
            ],
        ),
        (
            "zh",
            [
                "  1. 2026年11月25日 04:00（UTC），还剩1小时",
                "     确认收到：乙队〔b〕向本方提出的请求R-1",
                "     邮件中断。",
            ],
        ),
    ],
)
def test_what_is_owed_says_by_when_whose_it_is_and_what_to_type(
    lang: Language, lines: list[str]
) -> None:
    """The command is whole, and its subject is enough to name the case."""
    shown = told(lang, row())
    assert shown[1:4] == lines
    assert shown[4] == "     → comity --node '/n ode' assistance show 0123456789abc"
    assert shown[5] == "     → comity --node '/n ode' assistance acknowledge 0123456789abc"
    assert shown[6].endswith("acknowledge, clarify")


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "▲ 1. due 2026-11-23 01:30 UTC, OVERDUE by 2 d 1 h"), ("zh", "已逾期2天1小时")],
)
def test_what_is_overdue_says_by_how_much(lang: Language, words: str) -> None:
    """In words beside the mark."""
    assert words in told(lang, row(due="2026-11-23T01:30:00Z", overdue=True))[1]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "a statement is awaited (answered): our request R-1 to Team B [b]"),
        ("zh", "等待表示（已答复）：本方向乙队〔b〕提出的请求R-1"),
    ],
)
def test_a_word_without_a_clock_says_where_the_case_stands(lang: Language, words: str) -> None:
    """No deadline is said, and no code is left in the sentence."""
    one = row(
        ours=True,
        requester=US,
        addressee=THEM,
        due=None,
        duty=None,
        duty_label=None,
        phase="answered",
        open_to_us=["rate", "close"],
    )
    shown = told(lang, one)
    assert shown[1] == {"en": "  1. no deadline", "zh": "  1. 无时限"}[lang]
    assert shown[2].strip() == words


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_charter_is_signed_by_the_command_that_is_printed(lang: Language) -> None:
    """It has a name, and no deadline."""
    label: dict[str, Json] = {"en": "sign the charter", "zh": "签署章程"}
    charter: Json = {
        "capability": "mechanism",
        "subject": SUBJECT,
        "names": {"en": "Joint", "zh": "联合"},
        "duty": "accede",
        "duty_label": label,
        "due": None,
        "overdue": False,
    }
    shown = told(lang, charter)
    assert shown[2].strip() == {"en": "sign the charter: Joint", "zh": "签署章程：联合"}[lang]
    assert shown[-2].endswith("mechanism accede 0123456789abc")


def test_what_is_awaited_offers_only_to_look() -> None:
    """It is the other's to say."""
    shown = told("en", awaited=(row(ours=True, requester=US, addressee=THEM),))
    assert shown[0] == "owed by us: 0"
    assert [each for each in shown if "→" in each] == [
        "     → comity --node '/n ode' assistance show 0123456789abc"
    ]


def test_what_a_party_wrote_moves_no_cursor_and_fills_no_screen() -> None:
    """It is data."""
    summary: dict[str, Json] = {"en": "\x1b[2J" + "漢" * 300}
    shown = told("en", row(summary=summary, reference="R\n2"))
    assert all("\x1b" not in each for each in shown)
    assert "…" in shown[3]
    assert "R\\u000a2" in shown[2]
