"""Sentences of the area witness: cosigning others' heads, and what is found out about logs."""

SENTENCES: dict[str, tuple[str, str]] = {
    "node.other-keys": (
        "章程 {sid} 的见证规则列有并非成员所有的密钥，不予接收。",
        "The witness policy of the charter {sid} lists keys that are not the members'; it is "
        "refused.",
    ),
    "proof.form": (
        "这不是日志分叉证明，或其形式不符合规定。",
        "This is no proof about a log, or it is not of the required form.",
    ),
    "witness.request": (
        "送交见证的请求形式不符合规定。",
        "The request to a witness is not of the required form.",
    ),
    "witness.unknown-log": (
        "不认识该日志，不予见证。",
        "The log is unknown here and is not witnessed.",
    ),
    "witness.log-signature": (
        "日志自己的签名不成立或不齐全，不予见证。",
        "The log's own signatures do not hold or are not all there; it is not cosigned.",
    ),
    "witness.old-size": (
        "所称旧大小 {old} 大于日志头的大小 {size}。",
        "The old size {old} is larger than the size {size} of the head.",
    ),
    "witness.behind": (
        "所称旧大小与最近见证的大小 {size} 不符。",
        "The old size is not {size}, which was cosigned last.",
    ),
    "witness.inconsistent": (
        "未证明该日志头延续此前见证的日志头，不予见证。",
        "It is not shown that this head continues the one that was cosigned before; it is not "
        "cosigned.",
    ),
}
