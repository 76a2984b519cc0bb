"""Rules of keys: who changes them, what becomes of stolen ones, and who gives back lost ones."""

from typing import Final

from comity.fold.rule import Rule
from comity.statement.text import BilingualText

_SOURCE: Final = "docs/adr/0024-keys-live-and-die.md"
COMMITTED: Final = Rule(
    "KEYS-1",
    BilingualText(
        zh="更换密钥，须由此前一组密钥所承诺的下一签署密钥签署；新的一组密钥均不得用过。",
        en="A change of keys must be signed by the key to which the keys before it had committed, "
        "and none of the new keys may have been used before.",
    ),
    _SOURCE,
)
RETIRED: Final = Rule(
    "KEYS-2",
    BilingualText(
        zh="只有已被更换的密钥可以声明为失密，且须由其后的签署密钥声明；界点不得晚于更换之处。",
        en="Only a key that was changed may be declared compromised, by a signing key that came "
        "after it, and from a place no later than the change.",
    ),
    _SOURCE,
)
TWO_HISTORIES: Final = Rule(
    "KEYS-4",
    BilingualText(
        zh="同一组密钥被更换两次的，两个分支上已作的陈述均约束该方；在成员为其恢复密钥之前，该方不得再作陈述。",
        en="If one set of keys was changed twice, what was said under either binds the party, and "
        "it says nothing new until members give it new keys.",
    ),
    _SOURCE,
)
BY_THE_MEMBERS: Final = Rule(
    "KEYS-5",
    BilingualText(
        zh="密钥全部丢失的一方，由其所属机制的其他成员按章程的规定给予新密钥；任何单一成员均不得为之。",
        en="A party that lost all its keys is given new ones by other members of its mechanism, as "
        "many as the charter says; no single member can do so.",
    ),
    _SOURCE,
)
EXPIRED: Final = Rule(
    "KEYS-6",
    BilingualText(
        zh="签署密钥期满之后方有日志收录的签署件，不产生效力，各节点不予收取。",
        en="What no log held before its signing key expired has no effect, and no node takes it.",
    ),
    _SOURCE,
)
RULES: Final = (COMMITTED, RETIRED, TWO_HISTORIES, BY_THE_MEMBERS, EXPIRED)
