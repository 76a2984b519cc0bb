"""Sentences of the area store."""

SENTENCES: dict[str, tuple[str, str]] = {
    "store.in-use": (
        "文件夹{folder}已在另一进程中打开；同一节点绝不同时打开两次。",
        "The folder {folder} is open in another process; a node is never opened twice at once.",
    ),
    "store.failed": (
        "数据库或附件无法读写（{why}），未作任何改动；请检查磁盘空间和权限。",
        "The database or an attachment cannot be read or written ({why}) and nothing was changed; "
        "check the disk's space and permissions.",
    ),
    "store.damaged": (
        "{path}已损坏，或不是数据库；请从备份恢复该文件，或者向各对方取回其所存内容。",
        "{path} is damaged, or is no database; restore it from a backup, or fetch back from the "
        "peers what they hold.",
    ),
    "store.old-sqlite": (
        "SQLite {version}有可能丢失数据；须为{oldest}或以上。",
        "SQLite {version} can lose data; {oldest} or later is needed.",
    ),
    "store.other-version": (
        "数据库为第{version}版，本程序只识别第{ours}版。",
        "The database is of version {version}; this program knows version {ours}.",
    ),
    "store.no-such-blob": (
        "此处未收存附件{digest}。",
        "The attachment {digest} is not stored here.",
    ),
    "store.cell": (
        "数据库中的一个值类型不对（{found}）；数据库已损坏或被改动。",
        "A value in the database is of the wrong type ({found}); it is damaged or was changed.",
    ),
    "store.blob-busy": (
        "附件{digest}的另一段正在写入；请稍后再试。",
        "Another piece of the attachment {digest} is being written; try again later.",
    ),
    "store.blob-offset": (
        "附件的这一段应自{expected}字节处开始，而不是{offset}。",
        "This piece of the attachment must begin at byte {expected}, not {offset}.",
    ),
    "store.blob-digest": (
        "收到的附件与其摘要{digest}不符，已丢弃；请重发。",
        "The attachment that arrived does not have the digest {digest} and was dropped; send it "
        "again.",
    ),
}
