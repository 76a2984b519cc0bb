"""Sentences of the area cli: help, failures of a command line, and what commands print."""

HELP: dict[str, tuple[str, str]] = {
    "cli.root": (
        "Comity：请求、答复、证明。每一方运行自己的节点；所说的话均经签署，并在两份日志中留存。",
        (
            "Comity: ask, answer and prove. Every party runs its own node; whatever it says is "
            "signed and kept in two logs."
        ),
    ),
    "cli.root.node": (
        "节点的文件夹（或用环境变量COMITY_NODE）",
        "the node's folder (or the variable COMITY_NODE)",
    ),
    "cli.root.lang": (
        "所用语言；未给出时依COMITY_LANG、LC_ALL、LC_MESSAGES、LANG",
        "the language; else COMITY_LANG, LC_ALL, LC_MESSAGES, LANG decide",
    ),
    "cli.root.version": ("显示版本", "print the version"),
    "cli.json": ("以JSON输出，供程序使用", "print JSON, for programs"),
    "cli.out": ("写入此文件", "write to this file"),
    "cli.init": (
        "建立节点：文件夹、密钥、日志，以及本方的创始签署件。",
        "Set up a node: its folder, keys and log, and the party's inception.",
    ),
    "cli.init.name-en": ("本方的英文名称", "the party's name in English"),
    "cli.init.name-zh": ("本方的中文名称", "the party's name in Chinese"),
    "cli.init.listen": ("监听地址，HOST:PORT", "where to listen, HOST:PORT"),
    "cli.init.url": (
        "名片上写明的地址，例如https://HOST；未给出时为监听地址",
        "the address on the card, for example https://HOST; else where the node listens",
    ),
    "cli.init.pin": (
        "证书（PEM）；名片上写明其公钥，对方据此核对，不依赖证书机构",
        (
            "a certificate (PEM): the card names its public key, and peers check that instead of "
            "the web's authorities"
        ),
    ),
    "cli.init.allow-private": (
        "允许与私有地址（如10.0.0.0/8）上的节点往来，用于封闭网络",
        "let peers have private addresses (10.0.0.0/8 and the like), for a closed network",
    ),
    "cli.init.guard": (
        "防回退记录的路径，宜在另一设备上；默认在节点目录内",
        "where the rollback guard lies, best on another device; else in the node's folder",
    ),
    "cli.init.key": ("签署所用算法", "the algorithm to sign with"),
    "cli.serve": (
        "运行节点，接受请求时输出“ready URL”；用Ctrl-C或SIGTERM停止。",
        "Run a node; prints “ready URL” when it accepts requests. Ctrl-C or SIGTERM stops it.",
    ),
    "cli.serve.tls-cert": ("TLS证书（PEM）", "TLS certificate (PEM)"),
    "cli.serve.tls-key": ("TLS私钥（PEM）", "TLS private key (PEM)"),
    "cli.card": (
        "显示本方名片：交给另一方的一个文本文件。",
        "Show the party's own card: one text file to hand to another party.",
    ),
    "cli.meet": (
        "读取另一方的名片；显示指纹，请通过电话核对。",
        "Read another party's card; shows a fingerprint to compare by telephone.",
    ),
    "cli.meet.as": (
        "本节点为该方所用的本地名称；绝不是身份",
        "this node's local name for the party; never an identity",
    ),
    "cli.parties": ("列出本节点已知的参与方。", "List the parties that this node knows."),
    "cli.mechanism": (
        "机制：创立、加入、列出、查看。",
        "Mechanisms (standing arrangements): found, accede, list, show.",
    ),
    "cli.mechanism.found": (
        "签署一份章程，并送交其他创始成员；全体签署后，机制生效。",
        "Sign a charter and send it to its other founding members; in force when all have signed.",
    ),
    "cli.mechanism.name-en": ("机制的英文名称", "the mechanism's name in English"),
    "cli.mechanism.name-zh": ("机制的中文名称", "the mechanism's name in Chinese"),
    "cli.mechanism.member": (
        "另一创始成员；可重复给出",
        "another founding member; may be given several times",
    ),
    "cli.mechanism.profile": (
        "生效的请求类型；未给出时为全部。可重复给出",
        "a request profile in force; all of them if none is given; may be given several times",
    ),
    "cli.mechanism.language": (
        "须用的语言，如en,zh；也可只就某种签署件规定，如assistance.submit=en,zh（*指其余各种）；"
        "未给出时任一语言即可。可重复给出",
        "languages required, as in en,zh; or for one kind of statement, as in "
        "assistance.submit=en,zh (*: every other); any one is enough if not given. May be given "
        "several times",
    ),
    "cli.mechanism.decision": (
        "成员日后如何作出决定；未给出时为consensus（协商一致）。创立一律须全体签署",
        "how members decide later; consensus if not given. Founding always needs every signature",
    ),
    "cli.mechanism.review": (
        "每隔多久审议一次章程，ISO 8601时长；未给出时为P2Y",
        "how often the charter is reviewed, ISO 8601 duration; P2Y if not given",
    ),
    "cli.mechanism.grace": (
        "第三成员出具存证回执后，被请求方回执的宽限期，ISO 8601时长；未给出时为PT4H",
        "grace for the addressee's receipt after a third member's deposit receipt, ISO 8601 "
        "duration; PT4H if not given",
    ),
    "cli.mechanism.settle": (
        "节点在说明已收录签署件之前等待的秒数；未给出时为2",
        "seconds before a node says that it holds a statement; 2 if not given",
    ),
    "cli.mechanism.accede": (
        "签署另一创始成员送来的章程。",
        "Sign the charter that another founding member has sent.",
    ),
    "cli.mechanism.show": (
        "查看一份章程，以及哪些成员已签署。",
        "Show one charter, and who has signed it.",
    ),
    "cli.mechanism.list": ("列出各机制。", "List the mechanisms."),
    "cli.desk": (
        "待办：最先到期的在前。",
        "What is owed, next deadline first.",
    ),
    "cli.desk.check": (
        "有逾期事项时以退出码6结束",
        "end with exit code 6 if something is overdue",
    ),
    "cli.export": (
        "将一个事项导出为一个案卷文件（.comity），任何人不用网络即可核验。",
        "Write one subject as one case file (.comity) that anyone can verify without a network.",
    ),
    "cli.verify": (
        "核验案卷文件（.comity）；不需要节点，也不需要网络。",
        "Verify a case file (.comity); needs no node and no network.",
    ),
    "cli.verify.root": (
        "信任根：机制章程的编号或某一方的指纹，64位十六进制数字；须取自文件之外",
        (
            "the root of trust: the id of a mechanism's charter or a party's fingerprint, 64 hex "
            "digits, from outside the file"
        ),
    ),
    "cli.rebuild": (
        "删除由日志得出的各表，并依日志重新生成；结果相同。",
        "Drop every table that is made from the log and make it again; the rows are the same.",
    ),
    "cli.fsck": (
        "将节点所存的一切重新计算并逐项核对；发现故障时以退出码1结束。",
        "Hash and compare everything the node keeps; ends with 1 if there is a fault.",
    ),
    "cli.doctor": (
        "检查节点；每项故障均给出处置办法。",
        "Look a node over; names a remedy for each fault.",
    ),
    "cli.help": (
        "说明某个主题：exit-codes、environment。",
        "Explain a topic: exit-codes, environment.",
    ),
    "cli.help.topics": (
        "主题（comity help TOPIC）：{topics}",
        "Topics (comity help TOPIC): {topics}",
    ),
    "cli.help.exit-codes": (
        """退出码
  0    完成；对comity verify而言，仅指VALID
  1    被规则拒绝，或输入有误；verify：INVALID；doctor、fsck：发现故障
  2    用法错误；verify：文件无法读取
  3    verify：VALID与INVALID之间的各种结论
  6    desk --check：有逾期事项
  70   软件自身的故障（COMITY_DEBUG=1可显示出错位置）
  75   暂时无法完成：对方、文件夹或存储不可用；请再试
  130  被Ctrl-C中断""",
        """Exit codes
  0    done; of comity verify: VALID and nothing else
  1    refused by a rule, or bad input; verify: INVALID; doctor, fsck: a fault was found
  2    usage; verify: a file that cannot be read
  3    verify: every verdict between VALID and INVALID
  6    desk --check: something is overdue
  70   a fault of the software (COMITY_DEBUG=1 shows where)
  75   temporary: a peer, the folder or the store cannot be reached; try again
  130  interrupted by Ctrl-C""",
    ),
    "cli.help.environment": (
        """环境变量
  COMITY_NODE    节点的文件夹，未给出--node时使用
  COMITY_LANG    语言：en或zh；未设置时依LC_ALL、LC_MESSAGES、LANG
  COMITY_SECRET  存储密钥，64位十六进制数字；设置后不再使用文件夹中的secret文件
  COMITY_DEBUG   设为1时，显示软件自身故障的出错位置""",
        """Environment variables
  COMITY_NODE    the node's folder, where --node is not given
  COMITY_LANG    the language, en or zh; else LC_ALL, LC_MESSAGES, LANG decide
  COMITY_SECRET  the storage key, 64 hex digits; then the file secret in the folder is not used
  COMITY_DEBUG   1 shows where a fault of the software happened""",
    ),
}

FAILURES: dict[str, tuple[str, str]] = {
    "cli.unexpected": (
        "软件自身发生故障：{problem}。请设置COMITY_DEBUG=1再试一次，并报告所显示的内容。",
        (
            "The software itself is at fault: {problem}. Try again with COMITY_DEBUG=1 and report "
            "what it shows."
        ),
    ),
    "cli.no-node": (
        "未指明节点。请用--node DIR给出节点的文件夹，或设置COMITY_NODE。",
        "No node was named. Name its folder with --node DIR, or set COMITY_NODE.",
    ),
    "cli.no-such-node": (
        "{folder}处没有节点的文件夹；可用comity init建立。",
        "There is no node's folder at {folder}; comity init sets one up.",
    ),
    "cli.node-went-away": (
        "节点在答复之前停止了；所请求的事项可能已完成，请查看后再试。",
        "The node stopped before it answered; what was asked may be done: look, then try again.",
    ),
    "cli.malformed-request": (
        "控制套接字收到的请求格式有误。",
        "A request on the control socket is malformed.",
    ),
    "cli.no-such-operation": (
        "本节点没有名为{operation}的操作。",
        "This node has no operation {operation}.",
    ),
    "cli.wrong-arguments": (
        "操作{operation}的参数有误：{problem}。",
        "Wrong arguments for the operation {operation}: {problem}.",
    ),
    "cli.socket-path-too-long": (
        "控制套接字的路径{path}过长；请将节点放在路径较短的文件夹中。",
        (
            "The path {path} is too long for a control socket; keep the node in a folder with a "
            "shorter one."
        ),
    ),
    "cli.language": (
        "--language须写作“标签,标签”或“种类=标签,标签”，每种一次，例如en,zh或assistance.submit=en,zh。",
        "--language is written TAG,TAG or KIND=TAG,TAG, once for each kind: for example en,zh or "
        "assistance.submit=en,zh.",
    ),
    "cli.no-such-file": ("无法读取文件{path}：{why}。", "The file {path} cannot be read: {why}."),
    "cli.cannot-write": ("无法写入{path}：{why}。", "{path} cannot be written: {why}."),
    "cli.tls-pair": (
        "--tls-cert与--tls-key须同时给出。",
        "--tls-cert and --tls-key must be given together.",
    ),
}

TOLD: dict[str, tuple[str, str]] = {
    "cli.yes": ("是", "yes"),
    "cli.no": ("否", "no"),
    "cli.told.made": (
        "节点已建立：{folder}。本方：{party}",
        "The node is set up in {folder}. The party: {party}",
    ),
    "cli.told.fingerprint": ("指纹：{fingerprint}", "fingerprint: {fingerprint}"),
    "cli.told.words": ("读给对方听：{words}", "to read aloud: {words}"),
    "cli.told.compare": (
        "依赖该名片之前，请通过电话与对方核对以上指纹。",
        "Before relying on the card, compare this fingerprint with the other party by telephone.",
    ),
    "cli.told.written": ("已写入{path}", "written to {path}"),
    "cli.told.met": ("已读取名片：{name}，{party}", "Card read: {name}, {party}"),
    "cli.told.code": ("本地名称", "LOCAL NAME"),
    "cli.told.name": ("名称", "NAME"),
    "cli.told.us": ("本方", "US"),
    "cli.told.party": ("参与方", "PARTY"),
    "cli.told.mechanism": ("机制", "MECHANISM"),
    "cli.told.in-force": ("生效", "IN FORCE"),
    "cli.told.subject": ("事项：{subject}", "subject: {subject}"),
    "cli.told.root": ("信任根：{root}", "root of trust: {root}"),
    "cli.told.waits": (
        "全体创始成员签署同一份章程后，机制生效。",
        "The mechanism is in force when every founding member has signed the same charter.",
    ),
    "cli.told.acceded": ("已签署章程：{subject}", "charter signed: {subject}"),
    "cli.told.force": ("生效：{yes}", "in force: {yes}"),
    "cli.told.signed": ("已签署", "SIGNED"),
    "cli.told.profiles": ("生效的请求类型：{profiles}", "profiles in force: {profiles}"),
    "cli.told.languages": ("须用的语言：{languages}", "languages required: {languages}"),
    "cli.told.any-language": ("任一语言即可", "any one is enough"),
    "cli.told.every-kind": ("各种签署件", "every kind"),
    "cli.told.other-kinds": ("其余各种签署件", "every other kind"),
    "cli.told.decision": ("决策规则：{decision}", "decision rule: {decision}"),
    "cli.told.decision.consensus": ("协商一致", "consensus"),
    "cli.told.decision.unanimity": ("一致同意", "unanimity"),
    "cli.told.decision.two-thirds": ("三分之二多数", "two thirds"),
    "cli.told.decision.majority": ("过半数", "majority"),
    "cli.told.review": ("章程审议：每{span}一次", "the charter is reviewed every {span}"),
    "cli.told.grace": (
        "被请求方回执的宽限期：第三成员出具存证回执后{span}",
        "grace for the addressee's receipt: {span} after a third member's deposit receipt",
    ),
    "cli.told.settle": (
        "节点在说明已收录签署件之前等待{span}",
        "a node waits {span} before it says that it holds a statement",
    ),
    "cli.told.between": ("；", "; "),
    "cli.told.verify": (
        "核验：comity verify {path} --root {root}",
        "verify it: comity verify {path} --root {root}",
    ),
    "cli.told.rebuilt": ("已依日志重新生成{rows}行。", "Made {rows} rows again from the log."),
    "cli.told.whole": (
        "一切相符。日志{size}条；本方人员所作签署件{said}份。",
        "All of it fits. {size} entries in the log; {said} statements by our officers.",
    ),
    "cli.told.health": (
        "未发现故障。日志{size}条；本方人员的签署件{said}份。",
        "No fault found. {size} entries in the log; {said} statements by our officers.",
    ),
    "cli.told.owed": ("本方待办：{count}项", "owed by us: {count}"),
    "cli.told.awaited": ("等待他方：{count}项", "awaited from others: {count}"),
    "cli.desk.left": ("{when}，还剩{span}", "due {when}, {span} left"),
    "cli.desk.overdue": ("{when}，已逾期{span}", "due {when}, OVERDUE by {span}"),
    "cli.desk.no-deadline": ("无时限", "no deadline"),
    "cli.desk.our-word": ("等待表示（{phase}）", "a statement is awaited ({phase})"),
    "cli.desk.asked-of-us": (
        "{duty}：{name}〔{code}〕向本方提出的请求{reference}",
        "{duty}: request {reference} of {name} [{code}] to us",
    ),
    "cli.desk.asked-of-us-unnamed": (
        "{duty}：{name}向本方提出的请求{reference}",
        "{duty}: request {reference} of {name} to us",
    ),
    "cli.desk.asked-by-us": (
        "{duty}：本方向{name}〔{code}〕提出的请求{reference}",
        "{duty}: our request {reference} to {name} [{code}]",
    ),
    "cli.desk.asked-by-us-unnamed": (
        "{duty}：本方向{name}提出的请求{reference}",
        "{duty}: our request {reference} to {name}",
    ),
    "cli.desk.charter": ("{duty}：{name}", "{duty}: {name}"),
    "cli.desk.verbs": ("可用的动词：{verbs}", "verbs open to us: {verbs}"),
    "cli.told.accede": ("签署章程", "sign the charter"),
    "cli.told.faults": ("发现故障，见上。", "Faults found, see above."),
}

SENTENCES: dict[str, tuple[str, str]] = {**HELP, **FAILURES, **TOLD}
