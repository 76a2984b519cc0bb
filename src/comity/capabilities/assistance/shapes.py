"""The JSON shape of every field type of the profiles.  Pure.

| Type | Shape |
|---|---|
| ``text``, ``version`` | one line of text |
| ``reference`` | one line of text: the number of a case, file or statement |
| ``longtext`` | ``{"en": "…", "zh": "…"}``: language tag to text, at least one |
| ``boolean`` | ``true`` or ``false`` |
| ``enum`` | one of the field's values |
| ``date`` | ``"2026-11-20"`` |
| ``datetime_tz`` | ``"2026-11-20T02:31:00Z"``, the zone always given |
| ``language`` | a language tag: ``"zh"`` |
| ``reference_list``, ``language_list`` | a list of these |
| ``party`` | a party's id or name, one line |
| ``office`` | its name, one line; or names by language; or ``{"name": …, "unit": …}`` |
| ``contact`` | a name, one line; or ``{"name": …, "function": …, "channels": […], "hours": …}`` |
| ``mandate_chain`` | ``"not stated"`` until mandates exist |
| ``caveat_list`` | a list of the field's values, or ``{"value": …, "text": {…}, "date": "…"}`` |
| ``identifier_list`` | a list of ``{"type": …, "value": …}``; an address with ``"time"`` and zone |
| ``indicator_list`` | a list of lines, or of objects with a ``"type"``, such as STIX 2.1 |
| ``asset_list`` | the same, or objects with ``"ip"``, ``"name"``, ``"domain"`` or ``"value"`` |
| ``evidence_list`` | a list of lines; texts by language; ``{"name": …, "sha256": …}``; |
| | ``{"attachment": 0}``; objects with a ``"type"`` |
| ``legal_reference`` | one line; texts by language; ``{"instrument": …, "article": …}``; |
| | or a list of these |
| ``classification`` | a code, one line; or ``{"taxonomy": …, "code": …}`` |
| ``declaration`` | ``true``: the sender affirms the profile's sentence |
| ``section`` | an object |

Lists have at least one item, unless the field may be empty.  Objects may have further
members of JSON's types; numbers are whole.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from comity.capabilities.assistance.profile import FieldSpec
from comity.errors import FormatError
from comity.statement.text import BilingualText, check_language_tag, check_text

MOST_LINE_BYTES: Final = 1024
MOST_ITEMS: Final = 4096
MOST_DEPTH: Final = 10
LARGEST: Final = 2**53 - 1
NOT_STATED: Final = "not stated"
UNKNOWN: Final = frozenset({"unknown", "not known"})
IDENTIFIERS: Final = frozenset(
    {"account", "ip", "telephone", "email", "imei", "mac", "domain", "other"}
)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,6})?)?"
    r"([Zz]|[+-][0-9]{2}:?[0-9]{2})"
)
_DIGEST: Final = re.compile(r"[0-9a-fA-F]{64}")

Check = Callable[[object, FieldSpec], bool]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a field type is written in JSON."""

    example: str
    """A value, as JSON: understood in every language."""
    words: BilingualText
    fits: Check


def check_shape(spec: FieldSpec, value: object) -> None:
    """Check one value against its field's type.

    Raises:
        FormatError: ``assistance.field-shape`` with the field's id and an example;
            ``assistance.field-number`` for a number that is not whole; ``text.…``, with the
            field's id, for characters that no text may have.

    """
    _check_json(spec.id, value, MOST_DEPTH)
    if spec.allow_unknown and isinstance(value, str) and value in UNKNOWN:
        return
    shape = SHAPES[spec.type]
    if not shape.fits(value, spec):
        raise FormatError("assistance.field-shape", field=spec.id, expected=example_of(spec))


def example_of(spec: FieldSpec) -> str:
    """Return an example of a field's value, as JSON."""
    if spec.type == "enum":
        return " | ".join(f'"{value}"' for value in spec.values)
    if spec.type == "caveat_list":
        return f'["{spec.values[0]}"]' if spec.values else "[]"
    return SHAPES[spec.type].example


def _check_json(field: str, value: object, depth: int) -> None:
    """Check that a value is JSON with whole numbers and clean texts."""
    if depth == 0:
        raise FormatError("assistance.field-depth", field=field)
    if isinstance(value, str):
        _check_words(field, value)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise FormatError("assistance.field-number", field=field)
            _check_words(field, key)
            _check_json(field, item, depth - 1)
    elif isinstance(value, list | tuple):
        for item in value:
            _check_json(field, item, depth - 1)
    elif value is not None and not isinstance(value, bool):
        _check_number(field, value)


def _check_words(field: str, value: str) -> None:
    """Check a text; what is wrong with it names the field too."""
    try:
        check_text(value)
    except FormatError as error:
        raise FormatError(error.code, **error.facts, field=field) from None


def _check_number(field: str, value: object) -> None:
    if not isinstance(value, int) or abs(value) > LARGEST:
        raise FormatError("assistance.field-number", field=field)


def _line(value: object, _spec: FieldSpec | None = None) -> bool:
    return (
        isinstance(value, str)
        and bool(value.strip())
        and "\n" not in value
        and len(value.encode("utf-8", "replace")) <= MOST_LINE_BYTES
    )


def _is_tag(value: object, _spec: FieldSpec | None = None) -> bool:
    try:
        return isinstance(value, str) and bool(check_language_tag(value))
    except FormatError:
        return False


def _texts(value: object, _spec: FieldSpec | None = None) -> bool:
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(
            _is_tag(tag) and isinstance(text, str) and bool(text.strip())
            for tag, text in value.items()
        )
    )


def _boolean(value: object, _spec: FieldSpec) -> bool:
    return isinstance(value, bool)


def _enum(value: object, spec: FieldSpec) -> bool:
    return isinstance(value, str) and value in spec.values


def _date(value: object, _spec: FieldSpec | None = None) -> bool:
    try:
        return (
            isinstance(value, str)
            and _DATE.fullmatch(value) is not None
            and bool(date.fromisoformat(value))
        )
    except ValueError:
        return False


def _time(value: object, _spec: FieldSpec | None = None) -> bool:
    try:
        return (
            isinstance(value, str)
            and _TIME.fullmatch(value) is not None
            and datetime.fromisoformat(value.upper()).tzinfo is not None
        )
    except ValueError:
        return False


def _list_of(*fits: Check) -> Check:
    def check(value: object, spec: FieldSpec) -> bool:
        return (
            isinstance(value, list | tuple)
            and (bool(value) or spec.allow_empty)
            and len(value) <= MOST_ITEMS
            and all(any(fit(item, spec) for fit in fits) for item in value)
        )

    return check


def _either(*fits: Check) -> Check:
    def check(value: object, spec: FieldSpec) -> bool:
        return any(fit(value, spec) for fit in fits)

    return check


def _with_one_of(*keys: str) -> Check:
    """Return a check for an object that names itself by one of some members."""

    def check(value: object, _spec: FieldSpec) -> bool:
        if not isinstance(value, Mapping):
            return False
        named = [value[key] for key in keys if key in value]
        return bool(named) and all(_line(item) or _texts(item) for item in named)

    return check


def _typed(value: object, _spec: FieldSpec) -> bool:
    return isinstance(value, Mapping) and _line(value.get("type"))


def _object(value: object, _spec: FieldSpec) -> bool:
    return isinstance(value, Mapping) and bool(value)


def _not_stated(value: object, _spec: FieldSpec) -> bool:
    return value == NOT_STATED


def _affirmed(value: object, _spec: FieldSpec) -> bool:
    return value is True


def _caveat(value: object, spec: FieldSpec) -> bool:
    if isinstance(value, str):
        return value in spec.values
    if not isinstance(value, Mapping) or set(value) - {"value", "text", "date"}:
        return False
    return (
        value.get("value") in spec.values
        and ("text" not in value or _texts(value["text"]))
        and ("date" not in value or _date(value["date"]))
    )


def _identifier(value: object, _spec: FieldSpec) -> bool:
    if not isinstance(value, Mapping) or value.get("type") not in IDENTIFIERS:
        return False
    timed = _time(value["time"]) if "time" in value else value["type"] != "ip"
    return timed and _line(value.get("value"))


def _hashed(value: object, _spec: FieldSpec) -> bool:
    if not isinstance(value, Mapping) or not (
        _line(value.get("name")) or _texts(value.get("name"))
    ):
        return False
    digest = value.get("sha256")
    return digest is None or (isinstance(digest, str) and _DIGEST.fullmatch(digest) is not None)


def _attached(value: object, _spec: FieldSpec) -> bool:
    if not isinstance(value, Mapping):
        return False
    number = value.get("attachment")
    whole = isinstance(number, int) and not isinstance(number, bool) and number >= 0
    return whole or _line(number)


_TEXTS: Final = '{"zh": "…", "en": "…"}'
_WHEN: Final = '"2026-11-20T02:31:00Z"'

SHAPES: Final[Mapping[str, Shape]] = MappingProxyType(
    {
        "text": Shape('"…"', BilingualText("一行文字", "one line of text"), _line),
        "version": Shape('"1"', BilingualText("版本号", "a version"), _line),
        "reference": Shape(
            '"A-2026-17"', BilingualText("编号，一行", "a reference, one line"), _line
        ),
        "longtext": Shape(
            _TEXTS,
            BilingualText("按语言标签给出的文字", "texts by language tag"),
            _texts,
        ),
        "boolean": Shape("true | false", BilingualText("是或否", "true or false"), _boolean),
        "enum": Shape('"…"', BilingualText("所列值之一", "one of the values"), _enum),
        "date": Shape('"2026-11-20"', BilingualText("日期", "a date"), _date),
        "datetime_tz": Shape(
            _WHEN, BilingualText("带时区的日期和时间", "date and time with zone"), _time
        ),
        "reference_list": Shape(
            '["A-2026-17"]', BilingualText("编号列表", "a list of references"), _list_of(_line)
        ),
        "language": Shape('"zh"', BilingualText("语言标签", "a language tag"), _is_tag),
        "language_list": Shape(
            '["zh", "en"]',
            BilingualText("语言标签列表", "a list of language tags"),
            _list_of(_is_tag),
        ),
        "party": Shape(
            '"urn:comity:party:…"', BilingualText("参与方编号或名称", "a party's id or name"), _line
        ),
        "office": Shape(
            '{"name": {"zh": "…", "en": "…"}}',
            BilingualText("机关名称", "an office by its name"),
            _either(_line, _texts, _with_one_of("name", "names")),
        ),
        "contact": Shape(
            '{"name": "…", "function": "…", "channels": ["…"], "hours": "…"}',
            BilingualText("联系人、职务、联系方式和时间", "a person, function, channels, hours"),
            _either(_line, _texts, _with_one_of("name", "names", "function", "office")),
        ),
        "mandate_chain": Shape(
            f'"{NOT_STATED}"',
            BilingualText("暂填未说明", "not stated, until mandates exist"),
            _not_stated,
        ),
        "caveat_list": Shape(
            "[]", BilingualText("限制条件列表", "a list of caveats"), _list_of(_caveat)
        ),
        "identifier_list": Shape(
            f'[{{"type": "ip", "value": "203.0.113.77", "time": {_WHEN}}}]',
            BilingualText("确切标识列表", "a list of exact identifiers"),
            _list_of(_identifier),
        ),
        "indicator_list": Shape(
            '["203.0.113.77", {"type": "indicator"}]',
            BilingualText("技术指标列表", "a list of indicators"),
            _list_of(_line, _typed, _with_one_of("value", "pattern")),
        ),
        "asset_list": Shape(
            '["203.0.113.77", {"ip": "…", "name": "…"}]',
            BilingualText("资产列表", "a list of assets"),
            _list_of(
                _line, _typed, _texts, _with_one_of("ip", "name", "domain", "value", "address")
            ),
        ),
        "evidence_list": Shape(
            f'[{_TEXTS}, {{"name": "…"}}, {{"attachment": 0}}]',
            BilingualText(
                "证据列表：文字；名称，可附SHA-256（64个十六进制数字）；附件的序号，自0起",
                "a list of evidence: texts; names, perhaps with a sha256 (64 hex digits); "
                "attachments by their number, from 0",
            ),
            _list_of(_line, _texts, _hashed, _attached, _typed),
        ),
        "legal_reference": Shape(
            '{"instrument": "…", "article": "…"}',
            BilingualText("法律依据", "a provision of law"),
            _either(
                _line,
                _texts,
                _with_one_of("instrument", "text"),
                _list_of(_line, _texts, _with_one_of("instrument", "text")),
            ),
        ),
        "classification": Shape(
            '"malicious-code"',
            BilingualText("分类代码", "a code of the taxonomy"),
            _either(_line, _with_one_of("code")),
        ),
        "declaration": Shape(
            "true", BilingualText("以true确认声明", "true affirms the declaration"), _affirmed
        ),
        "section": Shape('{"…": "…"}', BilingualText("一组字段", "a group of fields"), _object),
    }
)
