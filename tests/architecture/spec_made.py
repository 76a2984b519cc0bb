"""The pages of ``docs/spec`` that are made: limits, and examples with fixed keys.

``make docs`` writes them.  A card cannot be made twice, because ML-DSA draws random numbers
when it signs: ``python -m architecture.spec_made`` writes a new one, the tests read it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Final

from comity.log.checkpoint import Checkpoint, sign_checkpoint
from comity.log.merkle import leaf_hash
from comity.log.receipt import build_receipt, sign_head
from comity.log.tree import Tree
from comity.parties.address import KIND as ADDRESS
from comity.parties.address import Address, own_part
from comity.parties.card import CardPart, write_card
from comity.parties.inception import (
    KEM,
    LOG,
    LOG_PQ,
    PURPOSES,
    RECEIPT,
    SIGN,
    WITNESS_PQ,
    Party,
    next_digest,
    read_inception,
)
from comity.parties.inception import KIND as INCEPTION
from comity.parties.policy import Policy, make_policy
from comity.statement import cbor
from comity.statement.act import Act, encode_act
from comity.statement.body import CBOR_TYPE, TEXT_TYPE, Section, body_bytes, payload_of
from comity.statement.cbor import Value
from comity.statement.envelope import Header, Statement, attach, sign_header
from comity.statement.kem import KemPrivateKey
from comity.statement.keys import ED25519, MLDSA44, PrivateKey
from comity.statement.model import SELF, subject_urn
from comity.statement.subject import subject_id

SPEC: Final = Path(__file__).parents[2] / "docs/spec"
CARD: Final = SPEC / "examples/example.card"
AT: Final = 1_790_000_000
URL: Final = "https://node.example"
SMALL_ORDER: Final = cbor.encode({1: 1, 3: -19, -1: 6, -2: bytes(32)})
_WIDTH: Final = 88


@dataclass(frozen=True, slots=True)
class Limit:
    """A number of the protocol, and where it stands in the code."""

    where: str
    en: str
    zh: str
    unit: str = "bytes"


UNITS: Final = {
    "bytes": ("bytes", "字节"),
    "": ("", ""),
    "s": ("s", "秒"),
    "characters": ("characters", "字符"),
}
LIMITS: Final = (
    Limit("statement.cbor.MAX_DEPTH", "Depth of a value", "嵌套层数", ""),
    Limit("statement.cbor.LARGEST", "Largest integer", "最大整数", ""),
    Limit("statement.cbor.SMALLEST", "Smallest integer", "最小整数", ""),
    Limit(
        "statement.envelope.MOST_STATEMENT_BYTES",
        "Statement, unprotected header emptied",
        "签署件（未保护头部清空后）",
    ),
    Limit("statement.envelope.MOST_RECEIPTS", "Receipts beside a statement", "所附回执数", ""),
    Limit("statement.envelope.MOST_RECEIPT_BYTES", "One receipt", "单个回执"),
    Limit("statement.keys.MOST_KEY_BYTES", "A COSE_Key", "COSE_Key"),
    Limit("statement.body.MOST_BODY_BYTES", "Body, all sections", "正文（全部节）"),
    Limit("statement.body.MOST_SECTIONS", "Sections of a body", "正文的节数", ""),
    Limit("statement.act.MOST_ADDRESSED", "Parties in `aud`", "`aud`所列参与方数", ""),
    Limit("statement.act.MOST_SEEN", "Statements in `seen`", "`seen`所列签署件数", ""),
    Limit("statement.act.MOST_TEXTS", "Languages in `texts`", "`texts`的语言数", ""),
    Limit("statement.text.MOST_TEXT_BYTES", "One text", "单份文本"),
    Limit("statement.text.MOST_NAME_BYTES", "One name", "单个名称"),
    Limit("statement.text.MOST_MARKS", "Combining marks in a row, texts", "文本中连续组合符", ""),
    Limit(
        "statement.text.MOST_MARKS_IN_NAMES",
        "Combining marks in a row, names",
        "名称中连续组合符",
        "",
    ),
    Limit("statement.blob.MOST_ATTACHMENTS", "Attachments of a body", "正文的附件数", ""),
    Limit("statement.blob.MOST_NAME_BYTES", "Name of an attachment", "附件名称"),
    Limit("statement.blob.CHUNK_BYTES", "Chunk of an attachment", "附件分段"),
    Limit("statement.seal.MOST_SEALED_BYTES", "Sealed body", "加密后的正文"),
    Limit("log.note.MOST_NOTE_BYTES", "A note", "签名文本"),
    Limit("log.note.MOST_SIGNATURES", "Lines under a note", "签名文本的签名行数", ""),
    Limit("log.note.MOST_NAME_BYTES", "Name of a note's key", "签名文本密钥名称"),
    Limit("log.cosign.MOST_COSIGNATURE_BYTES", "Cosignatures of a head", "一个日志头的见证签名"),
    Limit("log.quorum.MOST_QUORUM_BYTES", "A witness policy", "见证规则"),
    Limit("log.quorum.MOST_LINES", "Lines of a witness policy", "见证规则的行数", ""),
    Limit("log.receipt.MOST_CHECKPOINT_BYTES", "Checkpoint in a receipt", "回执所含检查点"),
    Limit("log.receipt.MOST_HASHES", "Hashes in a path", "路径的哈希数", ""),
    Limit("log.receipt.SMALLEST_SIZE", "Smallest tree with receipts", "可出具回执的最小日志", ""),
    Limit(
        "log.tiles.TILE_WIDTH", "Hashes in a tile, entries in a bundle", "分块、条目包的宽度", ""
    ),
    Limit("log.tiles.MOST_ENTRY_BYTES", "Entry in a bundle", "条目包中的条目"),
    Limit("parties.card.MOST_CHARACTERS", "A card", "名片", "characters"),
    Limit("parties.policy.MOST_SECONDS_AHEAD", "Date ahead of ours", "签发日期可超前", "s"),
    Limit("statement.model.MOST_CITES", "Receipts that a statement cites", "签署件所引回执数", ""),
    Limit("parties.charter.FEWEST_MEMBERS", "Fewest members", "成员数下限", ""),
    Limit("parties.charter.MOST_MEMBERS", "Most members", "成员数上限", ""),
    Limit("parties.charter.MOST_PROFILES", "Profiles in force", "有效请求类型数", ""),
    Limit("parties.charter.MOST_KINDS", "Kinds with languages", "规定语言的种类数", ""),
    Limit("parties.charter.MOST_SETTLE_SECONDS", "Settling period", "收录等候期", "s"),
    Limit(
        "capabilities.assistance.schema.WORD_LIMIT",
        "Word in an own part",
        "专有部分的词",
        "characters",
    ),
    Limit("capabilities.assistance.schema.RULES_VERSION", "Version of the rules", "规则版本", ""),
    Limit("capabilities.assistance.shapes.MOST_LINE_BYTES", "Line in a field", "字段中的一行"),
    Limit("capabilities.assistance.shapes.MOST_ITEMS", "Items in a field", "字段的项数", ""),
    Limit("capabilities.assistance.shapes.MOST_DEPTH", "Depth of a field", "字段的嵌套层数", ""),
    Limit(
        "node.submit.MOST_SAID",
        "Statements of one party in a thread",
        "一方在一个事项中的签署件数",
        "",
    ),
    Limit("exchange.limits.MOST_ITEMS", "Statements in a delivery", "一次投递的签署件数", ""),
    Limit("exchange.limits.MOST_SIGNED_BYTES", "Statement in a delivery", "投递中的签署件"),
    Limit("exchange.limits.MOST_SEALED_BYTES", "Sealed body in a delivery", "投递中的加密正文"),
    Limit("exchange.limits.MOST_DELIVERY_BYTES", "A delivery", "一次投递"),
    Limit("exchange.limits.MOST_ANSWER_BYTES", "Answer to a delivery", "对投递的答复"),
    Limit("exchange.limits.MOST_CHUNK_BYTES", "Piece of an attachment", "附件的一段"),
    Limit("exchange.limits.MOST_HEADER_BYTES", "HTTP header", "HTTP头部"),
    Limit(
        "exchange.signatures.MOST_LIFE_SECONDS",
        "Life of a request's signature",
        "请求签名有效期",
        "s",
    ),
    Limit("exchange.signatures.SKEW_SECONDS", "Skew of clocks, requests", "请求时间偏差", "s"),
    Limit("exchange.signatures.NONCE_BYTES", "Nonce of a request", "请求随机数"),
    Limit("exchange.problems.MOST_PROBLEM_BYTES", "Problem details", "问题说明"),
    Limit("exchange.backoff.MOST_SECONDS", "Longest wait between attempts", "重试间隔上限", "s"),
    Limit("casefile.container.MOST_FILES", "Files in a case file", "案卷文件中的文件数", ""),
    Limit("casefile.manifest.MOST_WORDS_BYTES", "Purpose of a case file", "案卷文件的用途说明"),
)


def value_of(limit: Limit) -> int:
    """Return the number as it stands in the code."""
    module, _, name = limit.where.rpartition(".")
    return int(getattr(import_module(f"comity.{module}"), name))


def limits_page(lang: str) -> str:
    """Return ``limits.md`` in ``en`` or ``zh``."""
    chinese = lang == "zh"
    head = {
        "en": ("# Limits", "Made from the code by `make docs`.", "| What | Value | In the code |"),
        "zh": ("# 限额", "由`make docs`从代码生成。", "| 内容 | 值 | 代码位置 |"),
    }[lang]
    lines = [head[0], "", head[1], "", head[2], "|---|---|---|"]
    for limit in LIMITS:
        unit = UNITS[limit.unit][chinese]
        value = f"{value_of(limit)} {unit}".strip()
        lines.append(f"| {limit.zh if chinese else limit.en} | {value} | `{limit.where}` |")
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A statement whose every byte follows from fixed words."""

    statement: Statement
    sections: Mapping[str, Section]


def _fixed(words: str) -> bytes:
    return sha256(f"comity spec {words}".encode()).digest()


@lru_cache
def keys() -> dict[str, PrivateKey]:
    """Return the keys of the example, but for encryption."""
    return {
        purpose: PrivateKey.load(
            MLDSA44 if purpose in {LOG_PQ, WITNESS_PQ} else ED25519, _fixed(purpose)
        )
        for purpose in PURPOSES
        if purpose != KEM
    }


def _say(act: Act, texts: Mapping[str, str], *, issuer: str, subject: str) -> Example:
    word = act.type
    sections = [("act", CBOR_TYPE, encode_act(act))]
    sections += [(f"text.{tag}", TEXT_TYPE, text.encode()) for tag, text in texts.items()]
    body = {
        name: Section(name=name, content_type=kind, value=value, salt=_fixed(f"salt {word} {name}"))
        for name, kind, value in sections
    }
    signer = keys()[SIGN]
    header = Header(
        alg=signer.public.alg,
        kid=signer.public.kid,
        issuer=issuer,
        subject=subject,
        issued_at=AT,
        cti=_fixed(f"cti {word}")[:16],
    )
    return Example(statement=sign_header(header, payload_of(body.values()), signer), sections=body)


@lru_cache
def inception() -> tuple[Example, Party]:
    """Return the example's inception and the party that it makes."""
    encoded = {purpose: key.public.encoded for purpose, key in keys().items()}
    encoded[KEM] = KemPrivateKey.load(_fixed(KEM)).public.encoded
    listed: list[Value] = [{"purpose": each, "key": encoded[each]} for each in PURPOSES]
    coming = PrivateKey.load(ED25519, _fixed("next")).public.encoded
    act = Act(
        type=INCEPTION,
        texts={"en": None, "zh": None},
        own={"keys": listed, "next": next_digest([coming]), "demo": True},
    )
    names = {"en": "Example (demo)", "zh": "示例（演示）"}
    example = _say(act, names, issuer=SELF, subject=SELF)
    return example, read_inception(example.statement.encoded, example.sections)


@lru_cache
def address() -> Example:
    """Return the example's address."""
    party = inception()[1]
    nonce = _fixed("nonce")
    act = Act(type=ADDRESS, nonce=nonce, own=own_part(Address(url=URL, pin=None)))
    subject = subject_urn(subject_id(party.id, nonce))
    return _say(act, {}, issuer=party.id, subject=subject)


def make_card() -> str:
    """Return a card of the example, with fresh receipts."""
    begun, party = inception()
    policy = make_policy(
        party.id, Policy(), _fixed("policy"), signer=keys()[SIGN], issued_at=AT
    ).statement
    said = [policy, begun.statement, address().statement]
    tree = Tree()
    tree.extend([leaf_hash(each.entry) for each in said])
    log = party.log
    head = Checkpoint(origin=log.origin, size=tree.size, root=tree.root())
    checkpoint = sign_checkpoint(head, AT, keys()[LOG], keys()[LOG_PQ])
    signed = sign_head(
        log_uri=log.log_uri,
        origin=log.origin,
        time=AT,
        size=head.size,
        root=head.root,
        signer=keys()[RECEIPT],
    )

    def part(leaf: int, example: Example) -> CardPart:
        receipt = build_receipt(signed, leaf, tree.inclusion(leaf, tree.size), checkpoint)
        encoded = attach(example.statement.encoded, [receipt])
        return CardPart(signed=encoded, sections=example.sections)

    return write_card(part(1, begun), part(2, address()))


_WORDS: Final = {
    "en": {
        "title": "# Examples",
        "made": "Made by `make docs`. The seed of each key is SHA-256(`comity spec ` ‖ purpose), "
        "each salt SHA-256(`comity spec salt ` ‖ kind ‖ space ‖ section).",
        "order": "## The order of keys",
        "key": "## A key and its thumbprint",
        "inception": "## An inception",
        "address": "## An address",
        "card": "## A card",
        "whole": "[example.card](../examples/example.card) is the card of this party. A reader "
        "accepts it; with one character of the armour changed it does not.",
        "weak": "## A key that is refused",
        "small": "This COSE_Key holds a point of order 4. It is refused with `key.weak`, alone, in "
        "an inception and on a card, whatever signature stands over it.",
    },
    "zh": {
        "title": "# 示例",
        "made": "由`make docs`生成。各密钥的种子为SHA-256(`comity spec ` ‖ 用途)，"
        "各盐值为SHA-256(`comity spec salt ` ‖ 种类 ‖ 空格 ‖ 节名)。",
        "order": "## 键的次序",
        "key": "## 密钥及其指纹",
        "inception": "## 创始签署件",
        "address": "## 地址",
        "card": "## 名片",
        "whole": "[example.card](../examples/example.card)是该参与方的名片。"
        "读取方予以接受；编码部分改动任一字符，即不接受。",
        "weak": "## 应予拒绝的密钥",
        "small": "以下COSE_Key所含的点阶为4。无论单独读取、列于创始签署件还是载于名片，"
        "也无论其上有何签名，均以`key.weak`拒绝。",
    },
}


def _block(rows: Iterable[tuple[str, bytes | str]]) -> list[str]:
    lines = ["", "```"]
    for name, value in rows:
        text = value if isinstance(value, str) else value.hex()
        lines.append(f"{name}:")
        lines += [f"  {text[at : at + _WIDTH]}" for at in range(0, len(text), _WIDTH)]
    return [*lines, "```"]


def _statement_rows(example: Example) -> list[tuple[str, bytes | str]]:
    statement, listed = example.statement, example.sections
    listing = body_bytes({name: section.digest for name, section in listed.items()})
    return [
        ("listing", listing),
        ("payload", statement.payload),
        ("protected", statement.protected),
        ("statement", statement.encoded),
        ("sid", statement.sid),
        ("entry", statement.entry),
    ]


def examples_page(lang: str) -> str:
    """Return ``examples.md`` in ``en`` or ``zh``."""
    words, (begun, party) = _WORDS[lang], inception()
    mixed: dict[int | str, Value] = dict.fromkeys((396, "a", -1, 15, 395, 3, 1))
    sign = party.keys[SIGN]
    lines = [words["title"], "", words["made"], "", words["order"]]
    lines += _block([('{1, 3, 15, 395, 396, -1, "a"}: null', cbor.encode(mixed))])
    lines += ["", words["key"]]
    lines += _block([("COSE_Key", sign.encoded), ("kid", sign.kid)])
    lines += ["", words["inception"]]
    lines += _block(
        [
            ("section text.en", begun.sections["text.en"].encoded),
            *_statement_rows(begun),
            ("party", party.id),
            ("words", party.words.en),
            ("words (zh)", party.words.zh),
            ("log", party.log.log_uri),
        ]
    )
    lines += ["", words["address"]]
    lines += _block(
        [
            ("section act", address().sections["act"].encoded),
            *_statement_rows(address()),
            ("subject", address().statement.header.subject),
        ]
    )
    lines += ["", words["card"], "", words["whole"], "", words["weak"], "", words["small"]]
    lines += _block([("COSE_Key", SMALL_ORDER)])
    return "\n".join(lines) + "\n"


def made_pages() -> dict[Path, str]:
    """Return every page of the specification that is made, by its path."""
    return {
        SPEC / lang / name: page(lang)
        for lang in ("en", "zh")
        for name, page in (("limits.md", limits_page), ("examples.md", examples_page))
    }


if __name__ == "__main__":
    CARD.write_text(make_card(), "utf-8")
