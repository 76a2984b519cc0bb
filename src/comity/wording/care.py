"""Sentences about the care of a node: inspection, scrub, backups, quarantine."""

SENTENCES: dict[str, tuple[str, str]] = {
    "node.remedy.unreadable": (
        "自{what}处起无法读取：请停止节点，从备份恢复。",
        "It cannot be read from {what} on: stop the node and restore a backup.",
    ),
    "node.remedy.rows": (
        "事项{what}的表中各行与日志不符：请运行comity rebuild；如再次出现，请查明改动者。",
        "The rows of the subject {what} are not what follows from the log: run comity "
        "rebuild, and "
        "if it comes back find out who changes them.",
    ),
    "node.not-told": (
        "事项{subject}此刻无法讲述（{why}）；请稍后再试，或运行comity doctor。",
        "The thread {subject} cannot be told at this moment ({why}); try again, or run comity "
        "doctor.",
    ),
    "node.check.set-aside": (
        "本节点的程序无法处理而旁置的签署件：{count}",
        "statements set aside because this node's program cannot tell them: {count}",
    ),
    "node.remedy.set-aside": (
        "{what}已收录并出具回执，但在本节点不产生效力；其余各件不受影响。"
        "请更新软件，再运行comity rebuild。",
        "{what} is logged and receipted, but without effect here; nothing else is held up. Update "
        "the software, then run comity rebuild.",
    ),
    "node.check.parties": (
        "已重新读取{count}张名片",
        "{count} cards were read again",
    ),
    "node.check.kept": (
        "已重新打开{count}份草稿和导出签名",
        "{count} drafts and signatures of exports were opened again",
    ),
    "node.remedy.kept": (
        "本机所存的{what}已损坏或缺失：请从备份恢复；名片可请对方重发，再次读取。",
        "What is kept here as {what} is damaged or missing: restore a backup; a card can be had "
        "from its owner and read again.",
    ),
    "node.check.witnessing": (
        "已重新核验{count}项见证所存：日志头、共同签署及延续证明",
        "{count} things kept as a witness were verified again: heads, cosignatures, proofs",
    ),
    "node.remedy.witnessing": (
        "作为见证所存的{what}已损坏或缺失：请从备份恢复，并查明改动者。",
        "What is kept as a witness of {what} is damaged or missing: restore a backup, and find "
        "out who changed it.",
    ),
    "node.check.guard-shared": (
        "防回退记录：最近一次签署的检查点含{size}条；它与数据库在同一设备上，"
        "建议用init --guard放到另一设备",
        "The rollback guard: the checkpoint signed last has {size} entries; it lies on the "
        "device of the database, and better on another one (init --guard)",
    ),
    "node.check.blobs": (
        "已重新计算{count}个附件的摘要",
        "{count} attachments were hashed again",
    ),
    "node.remedy.blobs": (
        "附件{what}缺失或已损坏：请从备份恢复；持有者可再次提供。",
        "The attachment {what} is missing or damaged: restore a backup; whoever holds it can send "
        "it again.",
    ),
    "node.check.open": (
        "节点可以打开",
        "The node can be opened",
    ),
    "node.check.scrub": (
        "后台巡检：距上一次完整巡检{hours}小时；正在检查{part}",
        "The background scrub: {hours} hours since the last whole round; now at {part}",
    ),
    "node.remedy.scrub": (
        "已{hours}小时没有完成一次完整巡检：请让节点持续运行，或运行comity fsck。",
        "There has been no whole round for {hours} hours: keep the node running, or run comity "
        "fsck.",
    ),
    "backup.passphrase": (
        "口令文件{path}无法读取，或口令不足{letters}个字节。",
        "The passphrase file {path} cannot be read, or holds fewer than {letters} bytes.",
    ),
    "backup.not-a-backup": (
        "{path}不是本程序的备份，或已损坏。",
        "{path} is no backup of this program, or is damaged.",
    ),
    "backup.key-needed": (
        "打开这份备份需要密钥：请给出{option}。",
        "This backup opens with a key: give {option}.",
    ),
    "node.busy": (
        "节点过于繁忙，未能取得一致的副本（{size}条）；请稍后再试。",
        "The node is too busy for a consistent copy ({size} entries); try again later.",
    ),
    "cli.backup": (
        "将节点写成一个加密文件；节点照常运行。",
        "Write the node as one encrypted file; it goes on serving.",
    ),
    "cli.backup.with-keys": (
        "连同私钥；与口令同用时，存储密钥也在其中",
        "with the private keys; with a passphrase the storage key is inside too",
    ),
    "cli.backup.key-file": (
        "以此文件中的口令加密，代替存储密钥",
        "lock it with the passphrase in this file instead of the storage key",
    ),
    "cli.restore": (
        "由备份建立节点文件夹；节点先处于隔离状态，不签署，直至向各对方查证。",
        "Make a node's folder from a backup. It starts in quarantine and signs nothing until its "
        "peers were asked.",
    ),
    "cli.restore.keys": (
        "密钥所在的文件夹（secret、keys.bin），或存储密钥文件",
        "the folder with the keys (secret, keys.bin), or the file with the storage key",
    ),
    "cli.restore.key-file": (
        "备份口令所在的文件",
        "the file with the passphrase of the backup",
    ),
    "cli.told.backed-up": (
        "已备份至{path}：日志{size}条。",
        "Backed up to {path}: {size} entries of the log.",
    ),
    "cli.told.keys-inside": (
        "私钥在备份中：请与存储密钥分开保管。",
        "The private keys are inside: keep it apart from the storage key.",
    ),
    "cli.told.no-keys": (
        "备份中没有密钥：请另行保管secret和keys.bin，否则备份无法使用。",
        "No key is inside: keep secret and keys.bin elsewhere, or the backup is of no use.",
    ),
    "cli.told.restored": (
        "已恢复{party}至{folder}。请运行comity serve：节点先向各对方查证，取回所缺各条，"
        "然后才签署。",
        "Restored {party} to {folder}. Run comity serve: the node asks its peers, fetches what is "
        "missing, and only then signs.",
    ),
    "cli.told.keys-wanted": (
        "其中没有私钥：请将keys.bin放入{folder}；在此之前只能查阅。",
        "There are no private keys: put keys.bin into {folder}; until then it can only be read.",
    ),
    "node.restored": (
        "节点由备份恢复（{size}条），处于隔离状态，不签署；请运行comity serve，"
        "由其向各对方查证并取回"
        "所缺各条。",
        "The node was restored from a backup ({size} entries) and is in quarantine: it signs "
        "nothing. Run comity serve, so that it asks its peers and fetches back what is missing.",
    ),
    "node.behind-peers": (
        "日志只有{size}条，而对方持有本方就{peers}条签署的检查点：数据库是旧的副本。"
        "节点处于隔离状态，"
        "不签署，正向各对方取回所缺各条。",
        "The log has {size} entries, but a peer holds a checkpoint of ours over {peers}: the "
        "database is an old copy. The node is in quarantine, signs nothing, and fetches back what "
        "is missing.",
    ),
    "node.keys-away": (
        "本机没有私钥（{path}）；在放入之前只能查阅。",
        "The private keys are not on this machine ({path}); until they are, it can only be read.",
    ),
    "node.no-own-receipt": (
        "签署件{sid}未附本方日志的回执。",
        "The statement {sid} comes without a receipt of our own log.",
    ),
    "node.check.recovery": (
        "隔离：缺少的各条 {leaves}；尚未答复的各方 {peers}",
        "Quarantine: entries that are missing: {leaves}; peers that have not answered: {peers}",
    ),
    "node.remedy.recovery": (
        "缺少的各条 {leaves} 须由持有者交还，尚未答复的 {peers} 须能连通；"
        "备份之后才结识的各方，请再次读取"
        "其名片。无人持有的各条无法补造，节点将保持隔离；另立新日志（comity new-log）尚未提供。",
        "Whoever holds the entries {leaves} must give them back, and {peers} must be reachable; "
        "read again the cards of parties met since the backup. What nobody holds cannot be made "
        "again, and the node stays in quarantine; beginning a new log (comity new-log) is not "
        "provided yet.",
    ),
    "node.disk-full": (
        "磁盘空间不足，本节点暂不收件，已收各件照常处理；请稍后再试。",
        "The disk is nearly full: this node takes nothing more for now, and goes on with what it "
        "has taken; try again later.",
    ),
    "node.check.disk": (
        "磁盘可用空间{free} MiB；低于{reserve} MiB时不再收件",
        "{free} MiB of the disk are free; below {reserve} MiB nothing more is taken from peers",
    ),
    "node.remedy.disk": (
        "可用空间只剩{free} MiB（保留{reserve} MiB）：请腾出空间，节点随后自行恢复收件。",
        "Only {free} MiB are free ({reserve} MiB are kept back): make room, and the node takes "
        "from peers again by itself.",
    ),
}
