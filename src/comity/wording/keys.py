"""Sentences of the area keys: their threads, changes, expiry and compromise."""

SENTENCES: dict[str, tuple[str, str]] = {
    "parties.key-not-in-force": (
        "{party}日志的第{index}条处，密钥{kid}已不生效。",
        "At entry {index} of the log of {party}, the key {kid} is not in force.",
    ),
    "keys.set-not-held": (
        "{party}此前的一次密钥更换{sid}尚未收到。",
        "An earlier change of keys of {party}, {sid}, has not arrived yet.",
    ),
    "keys.other-party": (
        "密钥签署件不是{party}就自己的密钥作出的。",
        "The statement about keys is not one of {party} about its own keys.",
    ),
    "keys.order": (
        "密钥签署件{sid}在其日志中不在前一次更换之后。",
        "The statement about keys {sid} does not stand after the change before it in its log.",
    ),
    "keys.thread": (
        "密钥签署件须属于签发方自己的密钥事项，不致送任何一方，也不附任何文本。",
        "A statement about keys belongs to its issuer's own key thread, is addressed to nobody and "
        "carries no text.",
    ),
    "keys.no-own-receipt": (
        "密钥签署件{sid}未附签发方日志的回执。",
        "The statement about keys {sid} lacks the receipt of its issuer's log.",
    ),
    "keys.no-next": (
        "{path}不存在，或不是下一签署密钥；请插入存放该密钥的介质，并以--next指明。",
        "{path} is not there or is no next signing key; attach the medium on which it is kept and "
        "name it with --next.",
    ),
    "keys.other-next": (
        "{path}不是现行密钥所承诺的下一签署密钥。",
        "{path} is not the next signing key to which the keys in force have committed.",
    ),
    "keys.not-in-force": (
        "{path}中的密钥已被更换，节点不再签署；请放回现行密钥。",
        "The keys in {path} have been changed since and the node signs nothing; put back the keys "
        "in force.",
    ),
    "keys.no-such-key": (
        "没有名为{word}、已被更换且尚未声明失密的密钥；请先更换密钥。",
        "No key {word} has been changed and not been declared yet; change the keys first.",
    ),
    "keys.no-size": (
        "请给出日志大小：在此之内的内容属于本方。",
        "Give the size of the log up to which what it holds is ours.",
    ),
    "node.two-histories": (
        "{party}的同一组密钥被更换了两次；在成员为其恢复密钥之前，不收取其新的签署件。",
        "One set of keys of {party} was changed twice; nothing new is taken from it until members "
        "give it new keys.",
    ),
    "verify.not-on-card": (
        "此密钥签署件不在任何名片上，或与名片所载不同。",
        "This statement about keys is on no card, or is not what the card says.",
    ),
    "verify.contested-in-effect": (
        "所用密钥已被声明失密，且不能证明签署件在界点之前；因他方日志在收到声明之前已收录或已成终局，仍有效力。",
        "Its key was declared compromised and it is not proved to stand before the bound; it keeps "
        "its effect, because another log held it before the announcement or it is settled.",
    ),
    "verify.contested-struck": (
        "所用密钥已被声明失密，且不能证明签署件在界点之前；不产生效力，予以留存。",
        "Its key was declared compromised and it is not proved to stand before the bound; it has "
        "no effect and is kept.",
    ),
    "verify.contested-manifest": (
        "清单所用密钥已被导出方声明失密。",
        "The manifest is signed with a key that its exporter declared compromised.",
    ),
    "keys.not-vouched": (
        "为{party}的新密钥担保的成员尚不足章程所定之数。",
        "Not as many members as the charter says stand for the new keys of {party} yet.",
    ),
    "keys.not-begun": (
        "尚未为丢失密钥的本方制作新密钥；请先运行comity keys begin。",
        "No new keys were made for a party that lost its own; run comity keys begin first.",
    ),
    "verify.given-back-elsewhere": (
        "该方的密钥由另一机制的成员恢复，本案卷不能核验。",
        "Members of another mechanism gave the party its keys; this file cannot show it.",
    ),
    "cli.keys.begin": (
        "本方密钥全部丢失：制作新密钥，由成员担保后生效。",
        "All keys of the party are lost: make new ones, for members to stand for.",
    ),
    "cli.keys.vouch": (
        "为另一成员的新密钥担保；编号须经其他渠道核对。",
        "Stand for another member's new keys; compare their id by another channel.",
    ),
    "cli.keys.finish": (
        "担保已足数：启用新密钥，恢复签署。",
        "Enough members have vouched: put the new keys in force and sign again.",
    ),
    "cli.keys.party": ("哪一方丢失了密钥", "which party lost its keys"),
    "cli.keys.mechanism": ("哪一机制的成员", "the members of which mechanism"),
    "cli.told.begun": (
        "新密钥的编号：{keys}。请经其他渠道告知成员；须有{needed}个成员运行comity keys vouch。",
        "The id of the new keys: {keys}. Tell it to the members by another channel; {needed} of "
        "them must run comity keys vouch.",
    ),
    "cli.told.vouched": (
        "已为{party}的新密钥担保。",
        "You stand for the new keys of {party}.",
    ),
    "cli.keys": (
        "本方的密钥：查看、更换、声明失密。",
        "The party's keys: show them, change them, declare them compromised.",
    ),
    "cli.keys.show": (
        "列出一方曾经使用的全部密钥，最新的在前。",
        "Show every set of keys that a party ever had, the newest first.",
    ),
    "cli.keys.of": ("哪一方的密钥；默认为本方", "whose keys; our own by default"),
    "cli.keys.rotate": (
        "更换本方的全部密钥；须用另行存放的下一签署密钥。节点照常运行。",
        "Change all keys of the party, with the next signing key that is kept elsewhere. The node "
        "goes on serving.",
    ),
    "cli.keys.next": (
        "下一签署密钥的文件；默认为节点文件夹中的next-key.bin",
        "the file of the next signing key; next-key.bin in the node's folder by default",
    ),
    "cli.keys.out": (
        "再下一签署密钥写往何处；默认写入节点文件夹",
        "where to write the signing key after it; the node's folder by default",
    ),
    "cli.keys.until": (
        "新签署密钥有效至何时，ISO 8601",
        "until when the new signing keys are good, ISO 8601",
    ),
    "cli.keys.compromised": (
        "声明已更换的密钥自日志某处起已不在本方掌握之中；此前的内容不受影响。",
        "Say that keys which were changed were in others' hands from a place in a log on; what "
        "stands before it is not affected.",
    ),
    "cli.keys.size": (
        "日志的大小：在此之内的内容属于本方",
        "the size of the log up to which what it holds is ours",
    ),
    "cli.keys.key": (
        "密钥的指纹（或其开头）、用途，或all：最近一次更换下来的全部签名密钥",
        "a key's thumbprint or its beginning, a purpose, or all: those changed last that sign",
    ),
    "cli.keys.log": ("哪一方的日志；默认为本方", "whose log; our own by default"),
    "cli.told.keys-of": ("{name}的密钥：", "Keys of {name}:"),
    "cli.told.keys-in-force": (
        "现行，自日志第{index}条之后起（{statement}）",
        "in force, behind entry {index} of its log ({statement})",
    ),
    "cli.told.keys-retired": (
        "已更换，曾自日志第{index}条之后起生效（{statement}）",
        "changed, was in force behind entry {index} of its log ({statement})",
    ),
    "cli.told.keys-until": ("签署密钥有效至{until}", "signing keys good until {until}"),
    "cli.told.key-compromised": (
        "失密：{kid}，自日志{origin}的大小{size}之后起",
        "compromised: {kid}, beyond size {size} of the log {origin}",
    ),
    "cli.told.two-histories": (
        "同一组密钥被更换了两次：在成员恢复其密钥之前，该方不得再作陈述。",
        "One set of keys was changed twice: the party says nothing new until members give it new "
        "keys.",
    ),
    "cli.told.rotated": (
        "密钥已更换（日志第{index}条），并将送达所有已交换名片的参与方。",
        "The keys are changed (entry {index} of the log); everyone whom the party has met is told.",
    ),
    "cli.told.move-next-key": (
        "下一签署密钥在{path}：请移至离线介质保管，勿留在本机。没有它，任何人都不能再更换密钥。",
        "The next signing key is in {path}: move it to a medium that is kept offline. Without it "
        "nobody can change the keys again.",
    ),
    "cli.told.compromised": (
        "已声明{count}把密钥自日志{origin}的大小{size}之后起失密。",
        "Declared: {count} keys are compromised beyond size {size} of the log {origin}.",
    ),
}
