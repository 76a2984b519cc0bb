"""The README of a case file: what it is, how to check it with the program and by hand.

By hand means with ``sha256sum`` and ``openssl``, which any computer has or can have.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Final

from comity.casefile.content import CaseContent
from comity.casefile.layout import card_path, letters
from comity.casefile.reading import names_of
from comity.casefile.story import name_of
from comity.statement.keys import ED25519, PublicKey
from comity.statement.model import PartyId, subject_urn
from comity.statement.text import BilingualText
from comity.wording import SENTENCES, say

# SubjectPublicKeyInfo of Ed25519 up to the key (RFC 8410, section 4).
_ED25519_INFO: Final = bytes.fromhex("302a300506032b6570032100")

_WHAT: Final = BilingualText(
    zh="""本案卷文件记录一个事项：各方说过什么、谁的日志不晚于何时收录，以及核验所需的一切。
核验无需联网，无需账户，也无需信任交给您本文件的人。

一、用程序核验
    comity verify 文件.comity --root 指纹

  “指纹”是信任根：机制章程的编号（64位十六进制数字），或您所信任的一方的指纹。请从本文件以外
  取得，例如通过电话或书面；本文件中所写的不能作数。
  退出码：0，各项均已核验且成立，无一缺失；1，有不成立之处；2，无法读取；3，介于其间（缺失项会列出）。

二、内容
  manifest.cbor、manifest.cose   清单（每个文件的长度、SHA-256、SHA-512）及导出方对清单的签名
  statements/   各签署件，与日志所收录的逐字节相同；文件名为其编号
  payloads/     各正文的节及其摘要；未出示的节只有摘要
  receipts/     各方日志的回执：该日志已收录该签署件，不晚于何时
  heads/        各方日志的检查点
  consistency/  （可有）证明日志的后一检查点延续前一检查点
  cards/        各方名片：其创始签署件，内含密钥
  evidence/     附件，均已加密；密钥在各正文中。附件可能含恶意程序，解密前请先隔离
  case.*.txt    阅读件，便于阅读，不是证据

三、手工核验
  1. 完整性：将各文件的sha256sum与清单比较。
  2. 签署件的签名（Ed25519）。设S为statements/下的一个文件：
       L=$(wc -c < "$S")
       { printf '\\204\\152Signature1'; tail -c +3 "$S" | head -c $((L-103)); \\
         printf '\\100'; tail -c 100 "$S" | head -c 34; } > message
       tail -c 64 "$S" > signature
       sha256sum message        # 应等于该文件名
       openssl pkeyutl -verify -pubin -inkey 签发方.pem -rawin -in message -sigfile signature
     各签发方的公钥见下，也在cards/中。ECDSA和ML-DSA签名请用程序核验。
  3. 附件：evidence/下文件的sha256sum应等于其文件名。
""",
    en="""This case file records one subject: what each party said, whose log held it by when, and
all that is needed to verify it.  Verifying needs no network, no account, and no trust in whoever
gave you this file.

1. With the program
    comity verify FILE.comity --root FINGERPRINT

  FINGERPRINT is the root of trust: the id of the mechanism's charter (64 hex digits), or the
  fingerprint of a party that you trust.  Get it from outside this file, for example by
  telephone or on paper; one that stands in this file does not count.
  Exit code: 0, everything was checked and holds, nothing is missing; 1, something does not
  hold; 2, cannot be read; 3, in between (what is missing is listed).

2. What is in it
  manifest.cbor, manifest.cose   length, SHA-256 and SHA-512 of every file, signed by the exporter
  statements/   the signed statements, byte for byte as logged, named by their ids
  payloads/     the sections of each body and their digests; of those not shown, the digest only
  receipts/     receipts of each party's log: that it held the statement, at the latest when
  heads/        checkpoints of each party's log
  consistency/  (may be there) proofs that a later checkpoint of a log continues an earlier one
  cards/        each party's card: its inception, which holds its keys
  evidence/     attachments, all encrypted; the keys stand in the bodies.  They may be malicious:
                isolate them before you decrypt
  case.*.txt    reading copies, for convenience; not the evidence

3. By hand
  1. Completeness: compare sha256sum of each file with the manifest.
  2. The signature of a statement (Ed25519).  With S a file under statements/:
       L=$(wc -c < "$S")
       { printf '\\204\\152Signature1'; tail -c +3 "$S" | head -c $((L-103)); \\
         printf '\\100'; tail -c 100 "$S" | head -c 34; } > message
       tail -c 64 "$S" > signature
       sha256sum message        # must be the file's name
       openssl pkeyutl -verify -pubin -inkey ISSUER.pem -rawin -in message -sigfile signature
     The issuers' public keys stand below and in cards/.  Check ECDSA and ML-DSA with the program.
  3. Attachments: sha256sum of a file under evidence/ must be its name.
""",
)


def readme(content: CaseContent, keys: Mapping[PartyId, Mapping[str, PublicKey]], lang: str) -> str:
    """Return the README in ``zh`` or ``en``.

    Args:
        content: the case.
        keys: party to purpose (``sign``, ``node``) to key, as its inception says.
        lang: ``zh`` or ``en``.

    """
    names = names_of(content)
    lines = [say("casefile.demo", lang)] if content.demo else []
    lines += [
        say("casefile.title", lang),
        say("casefile.subject", lang, subject=subject_urn(content.subject)),
        "",
        _WHAT.zh if lang == "zh" else _WHAT.en,
        say("casefile.keys", lang),
    ]
    for party in content.parties:
        name = name_of(party.party, names, lang)
        lines += ["", say("casefile.party", lang, name=name, party=letters(party.party))]
        lines.append(f"  {card_path(party.party)}")
        for purpose, key in sorted(keys.get(party.party, {}).items()):
            code = f"casefile.key.{purpose}"
            called = say(code, lang) if code in SENTENCES else purpose
            facts = {"purpose": called, "kid": key.kid.hex()}
            lines += ["", "  " + say("casefile.key", lang, **facts), *_pem(key)]
    return "\n".join(lines) + "\n"


def _pem(key: PublicKey) -> list[str]:
    """Return a key as ``openssl`` reads it; only Ed25519 is checked by hand."""
    if key.alg != ED25519:
        return []
    info = b64encode(_ED25519_INFO + key.raw).decode()
    return ["-----BEGIN PUBLIC KEY-----", info, "-----END PUBLIC KEY-----"]
