"""Sentences of the area log: trees and proofs, tiles, checkpoints, receipts."""

SENTENCES: dict[str, tuple[str, str]] = {
    "log.leaf": (
        "叶哈希为{size}字节，应为{expected}字节。",
        "A leaf hash is {size} bytes; it must be {expected}.",
    ),
    "log.index": (
        "序号{index}不在含{size}条的日志之内。",
        "The index {index} is not within a log of {size} entries.",
    ),
    "log.path-hash": (
        "证明中有{size}字节的哈希值，应为{expected}字节。",
        "A hash of the proof is {size} bytes; it must be {expected}.",
    ),
    "log.path-length": (
        "证明含{length}个哈希值，应为{expected}个。",
        "The proof has {length} hashes; it must have {expected}.",
    ),
    "log.root": (
        "证明所得的根哈希与大小为{size}的日志的根哈希不同。",
        "The proof leads to another root hash than that of the log of size {size}.",
    ),
    "log.sizes": (
        "无法证明大小为{old}的日志是大小为{new}的日志的前段。",
        "It cannot be proved that a log of size {old} is the beginning of one of size {new}.",
    ),
    "log.size": (
        "日志只有{held}条，没有{size}条。",
        "The log has {held} entries, not {size}.",
    ),
    "log.no-such-tile": (
        "第{level}层没有所请求宽度的{number}号分块。",
        "At level {level} there is no tile {number} of the width asked for.",
    ),
    "log.tile-path": (
        "{path}不是分块的路径。",
        "{path} is not the path of a tile.",
    ),
    "log.tile": (
        "{size}字节的数据不是分块。",
        "Data of {size} bytes is not a tile.",
    ),
    "log.bundle": (
        "条目包为空、过大，或其长度与内容不符。",
        "The bundle of entries is empty or too large, or its lengths do not fit its content.",
    ),
    "log.note-name": (
        "“{name}”不能用作日志或密钥的名称。",
        "“{name}” cannot be the name of a log or a key.",
    ),
    "log.note-type": (
        "密钥类型{type}不受支持，或与密钥的算法不符。",
        "Keys of type {type} are not supported, or are of another algorithm.",
    ),
    "log.note-size": (
        "检查点为{size}字节，超出上限{limit}字节。",
        "The checkpoint is {size} bytes; the limit is {limit}.",
    ),
    "log.note-lines": (
        "检查点的签名超过{limit}行。",
        "The checkpoint has more than {limit} lines of signatures.",
    ),
    "log.note-repeated": (
        "{name}的同一密钥在检查点上签署了不止一次。",
        "A key of {name} signed the checkpoint more than once.",
    ),
    "log.note": (
        "检查点不是有效的签名文本。",
        "The checkpoint is not a well-formed signed note.",
    ),
    "log.vkey": (
        "不是有效的验证密钥。",
        "This is not a well-formed verifier key.",
    ),
    "log.checkpoint": (
        "检查点的来源名、大小或根哈希不符合规定。",
        "The origin, size or root hash of the checkpoint is not as it must be.",
    ),
    "log.time": (
        "检查点的时间超出范围。",
        "The time of the checkpoint is out of range.",
    ),
    "log.head-unsigned": (
        "检查点缺少{name}的签名。",
        "The checkpoint lacks a signature of {name}.",
    ),
    "log.head-signature": (
        "检查点上{name}的签名不成立。",
        "The signature of {name} on the checkpoint does not hold.",
    ),
    "log.too-small": (
        "日志大小为{size}时不出具回执。",
        "No receipt is issued at log size {size}.",
    ),
    "log.receipt": (
        "回执的形式不符合规定。",
        "The receipt is not of the required form.",
    ),
    "log.entry": (
        "日志条目为{size}字节，应为{expected}字节。",
        "The log entry is {size} bytes; it must be {expected}.",
    ),
    "log.receipt-size": (
        "回执的证明针对大小{size}，而签署的大小为{signed}。",
        "The proof in the receipt is for size {size}; the signed size is {signed}.",
    ),
    "log.other-log": (
        "回执出自另一日志{origin}。",
        "The receipt is of another log, {origin}.",
    ),
    "log.receipt-key": (
        "回执所用的密钥不是日志{origin}的回执密钥。",
        "The key of the receipt is not the receipt key of the log {origin}.",
    ),
    "log.receipt-checkpoint": (
        "回执所附检查点的签名不恰好是日志{origin}自己的两行。",
        "The checkpoint in the receipt has other lines than the two of the log {origin}.",
    ),
    "log.head-differs": (
        "日志{origin}的回执与所附检查点的大小或时间不一致。",
        "The receipt of the log {origin} and the checkpoint in it differ in size or time.",
    ),
    "log.receipt-signature": (
        "日志{origin}的回执签名不成立。",
        "The signature on the receipt of the log {origin} does not hold.",
    ),
    "quorum.size": (
        "见证规则过长，上限为 {limit} 字节。",
        "The witness policy is too long; the limit is {limit} bytes.",
    ),
    "quorum.line": (
        "见证规则第 {line} 行无法读取（0 表示全文）。",
        "Line {line} of the witness policy cannot be read (0: the whole).",
    ),
    "quorum.name": (
        "见证规则第 {line} 行的名称 {name} 未在前文定义、重复，或已属于另一组。",
        "Line {line} of the witness policy: the name {name} is not defined before, is defined "
        "twice, or is in another group already.",
    ),
    "quorum.twice": (
        "见证规则第 {line} 行的密钥或参与方已在另一行出现；计数按参与方，不按密钥。",
        "Line {line} of the witness policy: this key or this party stands on another line; "
        "parties are counted, not keys.",
    ),
    "quorum.threshold": (
        "见证规则第 {line} 行的人数应为 any、all 或 1 至 {most}。",
        "Line {line} of the witness policy: the number must be any, all, or 1 to {most}.",
    ),
    "quorum.missing": (
        "见证规则须有且只有一行 quorum。",
        "A witness policy has exactly one quorum line.",
    ),
    "log.no-conflict": (
        "两个日志头可以同时成立，不能证明日志有两份历史。",
        "Both heads can be honest; this does not prove that the log has two histories.",
    ),
}
