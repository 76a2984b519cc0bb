"""Sentences of the area store."""

SENTENCES: dict[str, tuple[str, str]] = {
    "store.in-use": (
        "文件夹 {folder} 已被另一进程打开；同一节点不能同时打开两次。",
        "The folder {folder} is open in another process; a node is never opened twice at once.",
    ),
    "store.failed": (
        "数据库打不开（{why}）。",
        "The database cannot be opened ({why}).",
    ),
    "store.old-sqlite": (
        "SQLite {version} 有可能丢失数据，须为 {oldest} 或以上。",
        "SQLite {version} can lose data; {oldest} or later is needed.",
    ),
    "store.other-version": (
        "数据库为第 {version} 版，本程序只识别第 {ours} 版。",
        "The database is of version {version}; this program knows version {ours}.",
    ),
    "store.no-such-blob": (
        "未收存附件 {digest}。",
        "The attachment {digest} is not stored here.",
    ),
    "store.blob-offset": (
        "附件的这一段应自 {expected} 字节处开始，而不是 {offset}。",
        "This piece of the attachment must begin at byte {expected}, not {offset}.",
    ),
    "store.blob-digest": (
        "收到的附件与其摘要 {digest} 不符，已丢弃，请重发。",
        "The attachment that arrived does not have the digest {digest}; it was dropped, send again.",
    ),
}
