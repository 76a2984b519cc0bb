"""Sentences about the care of a node: inspection, scrub, backups, quarantine."""

SENTENCES: dict[str, tuple[str, str]] = {
    "node.remedy.unreadable": (
        "自{what}处起无法读取：请停止节点，从备份恢复。",
        "It cannot be read from {what} on: stop the node and restore a backup.",
    ),
    "node.remedy.rows": (
        "事项{what}的表中各行与日志不符：请运行comity rebuild；如再次出现，请查明改动者。",
        "The rows of the subject {what} are not what follows from the log: run comity rebuild, and "
        "if it comes back find out who changes them.",
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
}
