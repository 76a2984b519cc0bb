"""Sentences of the area parties: inceptions, cards, addresses, charters."""

SENTENCES: dict[str, tuple[str, str]] = {
    "parties.other-kind": (
        "签署件的种类为“{kind}”，应为“{expected}”。",
        "The statement is of the kind “{kind}”; it must be “{expected}”.",
    ),
    "parties.inception": (
        "创始签署件的签发方或所引签署件不符合规定。",
        "The issuer of the inception, or a statement that it cites, is not as it must be.",
    ),
    "parties.key-algorithm": (
        "用途{field}的密钥须用{expected}算法。",
        "The key for “{field}” must be an {expected} key.",
    ),
    "parties.keys": (
        "创始签署件须按规定次序载明各用途密钥，每种用途一把，互不相同，且为该用途所需的算法。",
        (
            "An inception holds one key for each purpose, in order, all different, each of the "
            "algorithm that its purpose needs."
        ),
    ),
    "parties.names": (
        "名称须至少以一种语言给出，均为作准文本，且不得附有其他内容。",
        (
            "A name is given in one language at least, in each as an authentic text, and nothing "
            "else stands beside it."
        ),
    ),
    "parties.demo-name": (
        "“{name}”：演示方的名称，且仅有演示方的名称，须以“（演示）”或“(demo)”结尾。",
        (
            "“{name}”: the names of a demonstration, and of nothing else, end with “(demo)” or "
            "“（演示）”."
        ),
    ),
    "parties.policy": (
        "日志的登记规则与本版本所知的不同。",
        "The registration policy of the log is not one that this version knows.",
    ),
    "parties.policy-text": (
        (
            "本日志收录本节点已接纳的各方所签发的签署件：采用确定性编码，签名唯一，"
            "不超过{size}字节，签发日期不晚于收到时{seconds}秒；"
            "每一签署件只收录一次。日志只存摘要，不存内容。"
        ),
        (
            "This log takes statements of the parties that its node has admitted: "
            "deterministically encoded, with the one valid form of signature, of at most {size} "
            "bytes, dated at most {seconds} seconds ahead; each statement once. It holds digests "
            "and no content."
        ),
    ),
    "parties.unknown": (
        "参与方“{party}”不为本节点所知。请先读取其名片。",
        "The party “{party}” is not known to this node. Read its card first.",
    ),
    "parties.ambiguous": (
        "“{word}”可指{count}个参与方；请多写几位。",
        "“{word}” may mean {count} parties; write more of it.",
    ),
    "parties.unknown-key": (
        "{party}没有编号为{kid}的签署密钥。",
        "{party} has no key {kid} that signs statements.",
    ),
    "parties.unknown-caller": (
        "没有已知参与方使用传输密钥{kid}。",
        "No known party uses the transport key {kid}.",
    ),
    "parties.unknown-log": (
        "日志{log}不属于任何已知参与方。",
        "The log {log} belongs to no known party.",
    ),
    "parties.key-held": (
        "{party}的一把密钥已由{holder}持有，不予接纳。",
        "A key of {party} is already held by {holder}; the party is not admitted.",
    ),
    "parties.own-card": (
        "这是本节点自己的名片。",
        "This is this node's own card.",
    ),
    "parties.name-alike": (
        "名称“{name}”与已知当事方{party}的名称形似而不同；请先以其他途径核实，并请该方改用可区分的名称。",
        "The name {name} looks like that of {party}, whom this node knows, and is not the same; "
        "make sure by other means who this is, and have them take a name that can be told apart.",
    ),
    "parties.is-demo": (
        "{party}是演示方；正式节点不与演示方交换名片。",
        "{party} is a demonstration; a real node exchanges no cards with one.",
    ),
    "parties.is-not-demo": (
        "{party}不是演示方；演示节点只与演示方交换名片。",
        "{party} is not a demonstration; a demonstration exchanges cards only with others.",
    ),
    "card.form": (
        "这不是完整的名片：内容被截断或改动，或者不是名片。",
        "This is not a whole card: it was cut off or changed, or is something else.",
    ),
    "card.too-long": (
        "名片过长，上限为{limit}个字符。",
        "The card is too long; the limit is {limit} characters.",
    ),
    "card.receipt": (
        "名片上的每一签署件须恰好附有一份回执。",
        "Each statement on a card carries exactly one receipt.",
    ),
    "card.node": (
        "名片上的节点地址不是{party}签发的。",
        "The node address on the card was not issued by {party}.",
    ),
    "address.url": (
        "{url}不能用作节点地址：只写https、主机名和端口，不带用户名、路径、查询或片段。",
        (
            "{url} cannot be a node's address: https, a host and a port, without user, path, "
            "query or fragment."
        ),
    ),
    "address.not-https": (
        "{url}须使用https；只有本机回环地址可以使用http。",
        "{url} must be https; only a loopback address of this machine may be plain http.",
    ),
    "address.not-its-own": (
        "节点地址所属事项不是该方自己开启的。",
        "A node's address must stand in a thread that its own party opened.",
    ),
    "address.thread": (
        "节点地址不得属于任何机制，不得发给任何一方，也不得附有其他内容。",
        "A node's address must belong to no mechanism, be addressed to nobody and carry nothing "
        "else.",
    ),
    "charter.opening": (
        "章程须开启自己的事项，且不得属于其他机制。",
        "A charter must open a thread of its own and belong to no other mechanism.",
    ),
    "charter.members": (
        "章程须列明至少两个互不相同的成员，按编号排序，发起方在内。",
        (
            "A charter must name at least two different members, sorted by id, its founder "
            "among them."
        ),
    ),
    "charter.decision": (
        "决策规则{decision}不为本程序所知。",
        "The decision rule {decision} is not known to this program.",
    ),
    "charter.profiles": (
        "章程所列的请求类型须为编号和版本，按编号排序，每种一次。",
        "The profiles in a charter must be ids with versions, sorted by id, each once.",
    ),
    "charter.languages": (
        "章程所列的语言须按签署件种类给出；语言标签须排序，每个一次。",
        "The languages in a charter must be given by kind of statement; tags sorted, each once.",
    ),
    "charter.quorum": (
        "章程的见证规则须为规范形式（不含注释和网址），且只列成员自己的见证和日志。",
        "The witness policy in a charter is in its one form, without comments and addresses, and "
        "lists the members' own witnesses and logs only.",
    ),
    "charter.accession": (
        "加入章程的签署件不得附有其他内容。",
        "An accession to a charter must carry nothing else.",
    ),
}
