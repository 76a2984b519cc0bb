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
    "witness.told.none": ("（{of}方中{by}方见证）", " (witnessed by {by} of {of})"),
    "witness.told.met": (
        "（{of}方中{by}方见证，已达章程所定）",
        " (witnessed by {by} of {of}: what the charter asks for)",
    ),
    "witness.told.not-met": (
        "（{of}方中{by}方见证，未达章程所定）",
        " (witnessed by {by} of {of}: less than the charter asks for)",
    ),
    "verify.check.witnessed": ("见证", "witnessed"),
    "verify.witnessed": (
        "由{of}方中的{by}方见证；与送达无关。",
        "Witnessed by {by} of {of}; this is apart from delivery.",
    ),
    "verify.witnessed-quorum": (
        "由{of}方中的{by}方见证，已达章程所定；与送达无关。",
        "Witnessed by {by} of {of}, which is what the charter asks for; this is apart from "
        "delivery.",
    ),
    "verify.witnessed-below": (
        "由{of}方中的{by}方见证，未达章程所定；与送达无关。",
        "Witnessed by {by} of {of}, less than the charter asks for; this is apart from delivery.",
    ),
    "verify.not-witnessed": (
        "文件中没有见证签名。送达不需要见证。",
        "There is no cosignature in the file. Delivery needs none.",
    ),
    "verify.witness-stranger": (
        "有见证方不是文件所载的任何一方，不计。",
        "A witness is none of the parties in the file and does not count.",
    ),
    "cli.mechanism.quorum": (
        "见证规则文件（C2SP tlog-policy）；密钥见comity parties --json的vkeys",
        "file with the witness policy (C2SP tlog-policy); the keys are the vkeys in "
        "comity parties --json",
    ),
    "cli.parties.proofs": (
        "将所持的日志分叉证明写入此目录",
        "write the proofs that a log has two histories into this folder",
    ),
    "witness.forked": (
        "{name}的日志签署过两份历史，已有证明（{party}）。写出证明：comity parties --proofs 目录",
        "The log of {name} has signed two histories, which is proved ({party}). To write the "
        "proof: comity parties --proofs DIR",
    ),
    "node.check.witnesses": (
        "见证：最新日志头由{of}方中的{by}方见证",
        "Witnesses: the newest head is cosigned by {by} of {of}",
    ),
    "node.remedy.witnesses": (
        "他方见过本日志大小为{seen}的日志头，而此处只有{size}：节点可能由旧备份恢复；"
        "勿再签署，请向他方取回自己的签署件。",
        "Others have seen a head of this log of size {seen}, and there are {size} here: the node "
        "may have been restored from an old backup. Let it sign nothing more, and fetch its own "
        "statements back from the others.",
    ),
    "witness.policy": (
        "节点目录内witness-policy文件中的见证方{name}没有可用的https地址，或见证方过多。",
        "The witness {name} in the file witness-policy of the node's folder has no https address "
        "that can be used, or there are too many witnesses.",
    ),
    "node.check.outside": (
        "外部见证：最新日志头由{of}方中的{by}方见证",
        "Outside witnesses: the newest head is cosigned by {by} of {of}",
    ),
    "node.remedy.outside": (
        "外部见证未达到witness-policy所要求的程度：请检查其中的地址能否连通，"
        "以及对方是否登记了本日志的密钥（comity card --json的vkeys）。送达不受影响。",
        "Outside witnesses have cosigned less than witness-policy asks for: check that its "
        "addresses can be reached, and that they know this log's keys (vkeys in comity card "
        "--json). Delivery is not affected.",
    ),
    "node.check.forks": (
        "日志分叉：已证明{count}起；尚未说明的日志头{open}个（不指控任何一方）",
        "Forks of logs: {count} proved; {open} heads not explained yet, which accuse nobody",
    ),
    "node.remedy.forks": (
        "已证明有日志签署过两份历史：comity parties指明是谁，comity parties --proofs 目录写出证明，"
        "任何人可用comity verify核验。请与该方及其他成员当面或电话核实。",
        "It is proved that a log has signed two histories: comity parties says whose, and comity "
        "parties --proofs DIR writes the proof, which anyone can check with comity verify. Speak "
        "to that party and to the other members.",
    ),
    "node.check.thread-forks": (
        "有分叉的事项：{count}项",
        "Threads with a fork: {count}",
    ),
    "node.remedy.thread-forks": (
        "在下列事项中，括号内的一方在同一位置签署了两份不同的签署件：{what}。两份签署件均予以留存并转交其他各方，其签名即为证据；"
        "何者有效，由其余各方在何者之上继续而定（THREAD-3）。签名不说明原因；请与该方及其他各方当面或电话核实，"
        "comity export可将事项写成任何人均可核验的文件。",
        "In these threads the party in brackets signed two different statements at one place: "
        "{what}. Both are kept and passed on to the other parties, and their signatures are the "
        "evidence; which one has effect follows from what the others build on (THREAD-3). "
        "Signatures do not say why: speak to that party and to the others. comity export writes a "
        "thread as a file that anyone can check.",
    ),
    "verify.check.fork": ("两份历史", "two histories"),
    "verify.two-histories": (
        "{name}的日志签署过两份历史：大小为{first}和{second}的两个日志头不能同时成立。",
        "The log of {name} has signed two histories: its heads of size {first} and {second} "
        "exclude each other.",
    ),
}
