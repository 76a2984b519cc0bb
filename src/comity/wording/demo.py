"""Sentences of the area demo: what it shows, and what its three parties sign.

Whatever is signed says inside itself that it is a demonstration.
"""

MARK = (
    "【演示：由软件的演示生成，没有任何真实的一方说过这些话。】",
    "[Demonstration: made by the software's demo. No real party has said this.]",
)

SHOWN: dict[str, tuple[str, str]] = {
    "demo.first-line": (
        "Comity演示：本机上的三个节点，一切内容均不离开本机。没有任何真实的一方说过以下内容。",
        "Comity demo: three nodes on this computer; nothing leaves it. No real party said this.",
    ),
    "demo.step.nodes": (
        "三个参与方各自启动节点，密钥和日志各自独立",
        "Three parties start their nodes, each with its own keys and its own log",
    ),
    "demo.step.cards": (
        "互换名片，核对指纹",
        "They hand each other their cards and compare fingerprints",
    ),
    "demo.step.bilateral": (
        "cn与us签署同一份章程，双边机制生效",
        "cn and us sign the same charter: the bilateral mechanism is in force",
    ),
    "demo.step.trilateral": (
        "cn、to与us签署同一份章程，三边机制生效：所用程序与双边完全相同",
        "cn, to and us sign the same charter: a trilateral mechanism is in force, by the same code",
    ),
    "demo.step.request": (
        "cn就2017年5月的WannaCry事件请us通知受影响地址的所有者",
        "cn asks us, about WannaCry in May 2017, to tell the owners of affected addresses",
    ),
    "demo.step.request-other": (
        "cn请us通知受影响地址的所有者（案例取自所给的STIX文件）",
        "cn asks us to tell the owners of affected addresses (the case: the STIX file given)",
    ),
    "demo.step.acknowledge": ("us确认收到", "us acknowledges"),
    "demo.step.clarify": (
        "us要求澄清，时限停止计算；cn作出澄清，时限恢复计算",
        "us asks for clarification and the clocks stop; cn gives it and they run again",
    ),
    "demo.step.accept": ("us接受请求", "us accepts"),
    "demo.step.answer": (
        "us答复，并附上通知名单",
        "us answers, with the list of notifications attached",
    ),
    "demo.step.rate": ("cn评价答复的质量", "cn rates the quality of the answer"),
    "demo.step.close": ("cn结案", "cn closes the case"),
    "demo.step.reverse": (
        "反方向：us向cn提出同类请求，cn答复，us结案",
        "The other direction: us makes the same kind of request to cn, cn answers, us closes",
    ),
    "demo.step.third": (
        "在三边机制中：to请求cn，us请求to；各方既是请求方，也是被请求方",
        "In the trilateral mechanism to asks cn, and us asks to: each is requester and addressee",
    ),
    "demo.step.open": (
        "to再向us提出一项请求，尚无人答复：它列在us的待办中",
        "to asks us once more, and nobody answers yet: it waits on the desk of us",
    ),
    "demo.step.same": (
        "两端各自得出同一案件：状态相同，签署件相同，次序相同",
        "Both ends tell the same case: same phase, same statements, same order",
    ),
    "demo.step.export": (
        "cn将此案导出为一个案卷文件",
        "cn exports the case as one case file",
    ),
    "demo.step.verify": (
        "不用节点、不用网络，核验该文件",
        "The file is verified with no node and no network",
    ),
    "demo.step.tampered": (
        "副本被改动一个字节：核验发现",
        "One byte of a copy is changed: verification catches it",
    ),
    "demo.detail.nodes": ("{nodes}", "{nodes}"),
    "demo.detail.cards": ("cn的指纹：{words}", "fingerprint of cn: {words}"),
    "demo.detail.mechanism": ("信任根：{root}", "root of trust: {root}"),
    "demo.detail.receipts": (
        "两份日志均有回执：{receipts}",
        "receipts from both logs: {receipts}",
    ),
    "demo.detail.same": (
        "状态：{phase}；签署件{count}份；回执{receipts}份",
        "phase: {phase}; {count} statements; {receipts} receipts",
    ),
    "demo.detail.file": ("{path}（{size}字节）", "{path} ({size} bytes)"),
    "demo.detail.verdict": ("{verdict}（退出码{code}）", "{verdict} (exit status {code})"),
    "demo.failed": ("未成功：{why}", "failed: {why}"),
    "demo.next": ("接下来可以输入：", "What to type next:"),
    "demo.serving": (
        "三个节点继续运行，按Ctrl-C停止。",
        "The three nodes keep serving until Ctrl-C.",
    ),
    "demo.stopped": ("三个节点均已停止。", "The three nodes have stopped."),
    "demo.stopped-and-removed": (
        "三个节点均已停止，临时文件夹已删除（用--dir可保留）。",
        "The three nodes have stopped and the temporary folder is gone (--dir keeps it).",
    ),
    "demo.folder-not-empty": (
        "文件夹{folder}不是空的；演示只在新文件夹中进行。",
        "The folder {folder} is not empty; the demo works in a new one only.",
    ),
    "demo.not-stix": (
        "{path}不是STIX 2文件包（{why}）。",
        "{path} is not a STIX 2 bundle ({why}).",
    ),
    "demo.no-ready": (
        "{party}的节点未能在{seconds}秒内启动。",
        "The node of {party} was not ready within {seconds} s.",
    ),
    "demo.waited": (
        "等待{seconds}秒后，仍未出现：{what}。",
        "After {seconds} s this had not come about: {what}.",
    ),
    "demo.differs": ("两端得出的案件不同。", "The two ends do not tell the same case."),
    "demo.not-caught": (
        "被改动的副本未被发现。",
        "The changed copy was not caught.",
    ),
    "demo.not-valid": (
        "核验结果为{verdict}，而不是VALID。",
        "Verification says {verdict}, not VALID.",
    ),
    "cli.demo": (
        "在本机上运行三个节点，从请求到离线核验，走完一个真实案例。",
        "Run three nodes on this computer and take one real case from request to offline "
        "verification.",
    ),
    "cli.demo.once": ("走完后停止各节点", "stop the nodes when all is shown"),
    "cli.demo.dir": ("在此新文件夹中进行，并予保留", "work in this new folder, and keep it"),
    "cli.demo.stix": (
        "改用另一个STIX 2文件包作为案例",
        "take another STIX 2 bundle as the case",
    ),
}

SIGNED: dict[str, tuple[str, str]] = {
    "demo.text.impact": (
        "多家机构的文件被加密，业务中断；蠕虫仍在通过TCP 445端口传播。",
        (
            "Files of several organisations are encrypted and work has stopped; the worm still "
            "spreads over TCP port 445."
        ),
    ),
    "demo.text.evidence": (
        "附件为STIX 2.1文件包，依据已公开事实编写，注明出处。",
        "Attached: a STIX 2.1 bundle, written from published facts with their sources.",
    ),
    "demo.text.evidence-other": (
        "附件为他人编写的STIX文件包，共{count}个对象，SHA-256：{digest}。",
        "Attached: a STIX bundle written by others, {count} objects, SHA-256 {digest}.",
    ),
    "demo.text.ask": (
        "请通知所列地址的所有者其系统似已感染，并告知已通知多少。本请求不将事件归因于任何一方。",
        (
            "Please tell the owners of the addresses listed that their systems seem infected, and "
            "tell us how many were told. This request attributes the incident to nobody."
        ),
    ),
    "demo.text.question": (
        "所列时间为协调世界时，还是当地时间？",
        "Are the times given in UTC or in local time?",
    ),
    "demo.text.explanation": ("均为协调世界时。", "All of them are in UTC."),
    "demo.text.accepted": ("接受请求，即着手通知。", "Accepted; notification begins."),
    "demo.text.answer": (
        "所列地址的所有者均已通知；名单见附件。",
        "The owners of all addresses listed have been told; the list is attached.",
    ),
    "demo.text.short-answer": (
        "所列地址的所有者均已通知。",
        "The owners of all addresses listed have been told.",
    ),
    "demo.text.rating": ("答复完整，可供使用。", "The answer is complete and of use."),
    "demo.text.notified": ("已通知", "told"),
    "demo.text.bilateral": ("联合对话（仿2015年机制）", "Joint dialogue, modelled on 2015"),
    "demo.text.trilateral": ("三方应急联络", "Three-way incident contact"),
    "demo.text.name-cn": ("中国", "China"),
    "demo.text.name-to": ("汤加", "Tonga"),
    "demo.text.name-us": ("美国", "United States"),
}

SENTENCES: dict[str, tuple[str, str]] = {"demo.mark": MARK, **SHOWN, **SIGNED}
