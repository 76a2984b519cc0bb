"""Errors as people, scripts and browsers are told of them."""

import click
import pytest

from comity import errors
from comity.errors import ComityError, FormatError, PeerError, RuleError, TrustError
from comity.kit.language import Language
from comity.kit.problems import exit_code, report, sentence, status_of
from comity.kit.spoken import SpokenCommand, SpokenGroup, option

FAMILIES = [ComityError, *ComityError.__subclasses__()]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_a_status(family: type[ComityError]) -> None:
    """So that no error becomes a fault of the server by accident."""
    error = RuleError("X-1", zh="规则", en="rule") if family is RuleError else family("kit.nothing")
    assert status_of(error) in {400, 403, 409, 422, 500, 503}
    assert (status_of(error) == 500) == (family is errors.ComityError)


def test_exit_codes_say_whether_to_try_again() -> None:
    """1: refused or bad input; 75: temporary."""
    assert exit_code(FormatError("x")) == exit_code(TrustError("x")) == 1
    assert exit_code(RuleError("X-1", zh="", en="")) == 1
    assert exit_code(PeerError("x")) == 75


def test_a_sentence_names_the_rule_or_the_code() -> None:
    """In the caller's language, on one line, without controls."""
    rule = RuleError("ASSIST-2", zh="只有被请求方。", en="Only the addressee.")
    assert sentence(rule, "zh") == "ASSIST-2：只有被请求方。"
    assert sentence(rule, "en") == "ASSIST-2: Only the addressee."
    wrong = FormatError("time.not-iso-8601", time="\x1b[2J\n")
    assert "\x1b" not in sentence(wrong, "en")
    assert "\n" not in sentence(wrong, "en")
    assert sentence(wrong, "en").endswith("[time.not-iso-8601]")
    assert sentence(wrong, "zh").endswith("（time.not-iso-8601）")


def test_an_error_without_its_facts_or_its_sentence_is_still_told() -> None:
    """Never a traceback in place of a message."""
    assert "time.not-iso-8601" in sentence(FormatError("time.not-iso-8601"), "en")
    assert sentence(FormatError("kit.nothing", a=1), "zh") == "kit.nothing (a=1)"


@click.group(cls=SpokenGroup, help="no key")
def root() -> None:
    """A group for the tests."""


@root.command(cls=SpokenCommand, help="usage.help", epilog="root one --number 3")
@option("--number", type=int, required=True, help="usage.example")
def one(number: int) -> None:
    """Take a number."""
    click.echo(number)


@pytest.mark.parametrize(
    ("words", "zh"),
    [
        (["one"], "缺少 --number。"),
        (["one", "--nmber", "3"], "没有 --nmber 这一选项。"),
        (["one", "--number", "x"], "--number 的值不对："),
        (["one", "--number", "3", "us", "cn"], "多出的词：us cn"),
        (["two"], "命令行有误："),
    ],
)
def test_usage_errors_are_told_in_the_callers_language(words: list[str], zh: str) -> None:
    """With the way to the help, and exit code 2."""
    with pytest.raises(click.ClickException) as wrong:
        root.main(words, prog_name="root", standalone_mode=False)
    told, code = report(wrong.value, "zh")
    assert told.startswith(zh)
    assert "--help" in told
    assert code == 2


@pytest.mark.parametrize(("lang", "example"), [("zh", "示例："), ("en", "Example:")])
def test_help_is_spoken_and_has_an_example(
    lang: Language,
    example: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Looked up when it is printed; what is no key is printed as it is."""
    monkeypatch.setenv("LC_ALL", {"zh": "zh_CN.UTF-8", "en": "en_GB.UTF-8"}[lang])
    for words in (["one", "--help"], ["--help"]):
        root.main(words, prog_name="root", standalone_mode=False)
    told = capsys.readouterr().out
    assert f"{example}\n  root one --number 3\n" in told
    assert "no key" in told
    assert "usage." not in told
