"""Sentences of the area log."""

SENTENCES: dict[str, tuple[str, str]] = {
    "log.index": (
        "序号 {index} 不在含 {size} 项的日志之内。",
        "The index {index} is not within a log of {size} entries.",
    ),
    "log.path-hash": (
        "证明中的每个哈希值须为 {expected} 字节。",
        "Every hash of a proof has {expected} bytes.",
    ),
    "log.path-length": (
        "证明含 {length} 个哈希值，数目与日志大小不符。",
        "A proof of {length} hashes does not fit the size of the log.",
    ),
    "log.root": (
        "证明所得的根与大小为 {size} 的日志的根不同。",
        "The proof leads to another root than that of the log of size {size}.",
    ),
    "log.sizes": (
        "大小为 {old} 的日志不能是大小为 {new} 的日志的前段。",
        "A log of size {old} cannot be the beginning of one of size {new}.",
    ),
    "log.size": (
        "日志只有 {held} 项，没有 {size} 项。",
        "The log has {held} entries, not {size}.",
    ),
    "log.no-such-tile": (
        "没有第 {level} 层第 {number} 号分片。",
        "There is no tile {number} at level {level}.",
    ),
    "log.tile-path": ("不是分片的路径：{path}。", "This is not the path of a tile: {path}."),
    "log.bundle": (
        "条目包的长度与内容不符。",
        "The lengths in the bundle of entries do not fit its content.",
    ),
    "log.vkey": ("不是有效的验证密钥。", "This is not a verifier key."),
    "log.note": ("不是有效的检查点。", "This is not a well-formed checkpoint."),
    "log.head-unsigned": (
        "检查点没有 {name} 的签名。",
        "The checkpoint lacks a signature of {name}.",
    ),
    "log.head-signature": (
        "检查点上 {name} 的签名不成立。",
        "The signature of {name} on the checkpoint does not hold.",
    ),
    "log.head-times": (
        "日志 {origin} 的检查点载有两个不同的时间。",
        "The checkpoint of the log {origin} states two different times.",
    ),
    "log.too-small": (
        "日志大小为 {size} 时不出具回执。",
        "No receipt is issued at log size {size}.",
    ),
    "log.receipt": ("不是有效的回执。", "This is not a well-formed receipt."),
    "log.other-log": (
        "回执出自另一日志 {origin}。",
        "The receipt is of another log, {origin}.",
    ),
    "log.receipt-key": (
        "回执所用的密钥不是日志 {origin} 的回执密钥。",
        "The receipt was not signed with the receipt key of the log {origin}.",
    ),
    "log.receipt-signature": (
        "日志 {origin} 的回执签名不成立。",
        "The signature on the receipt of the log {origin} does not hold.",
    ),
    "log.head-differs": (
        "日志 {origin} 的回执与所附检查点的大小、根或时间不一致。",
        "The receipt of the log {origin} and the checkpoint beside it differ in size, root or time.",
    ),
}
