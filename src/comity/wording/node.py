"""Sentences of the area node."""

SENTENCES: dict[str, tuple[str, str]] = {
    "node.no-node": (
        "{folder}不是节点的文件夹；请先运行comity init。",
        "{folder} is not a node's folder; run comity init first.",
    ),
    "node.settings": (
        "节点设置{path}无法读取，或与其密钥不符。",
        "The node's settings {path} cannot be read, or do not fit its keys.",
    ),
    "node.exists": (
        "{path}已存在，不予覆盖；请指定一个空文件夹。",
        "{path} exists and is not overwritten; name an empty folder.",
    ),
    "node.folder": (
        "无法建立文件夹{path}：{why}。",
        "The folder {path} cannot be made: {why}.",
    ),
    "node.listen": (
        "监听地址须写作“主机:端口”，而不是{listen}。",
        "The address to listen on must be HOST:PORT, not {listen}.",
    ),
    "node.algorithm": (
        "人员不能以{algorithm}签署；可用ed25519或es256。",
        "Officers cannot sign with {algorithm}; use ed25519 or es256.",
    ),
    "node.secret": (
        "存储密钥{path}缺失或不是64位十六进制数；也可由环境变量COMITY_SECRET给出。",
        "The storage key {path} is missing or not 64 hex digits; the environment variable "
        "COMITY_SECRET may give it instead.",
    ),
    "node.secret-open": (
        "他人可读取存储密钥{path}；请执行chmod 600。",
        "Others may read the storage key {path}; run chmod 600 on it.",
    ),
    "node.keys": (
        "密钥文件{path}缺失或已损坏。",
        "The key file {path} is missing or damaged.",
    ),
    "node.no-inception": (
        "数据库中没有本方的创始签署件；请从备份恢复数据库。",
        "The database holds no inception of this party; restore it from a backup.",
    ),
    "node.clock-back": (
        "本机时钟比最新签署的检查点落后{seconds}秒；签署过的时间不会重来，校准时钟或待其赶上之前，"
        "不再签署任何内容。",
        "This machine's clock is {seconds} seconds behind the newest head that was signed. Time "
        "that was signed does not run again: nothing more is signed until the clock is put right "
        "or has caught up.",
    ),
    "node.guard-broken": (
        "防回退记录{path}已损坏；请勿删除；请先向各对方查证其所见的本方日志最新大小。",
        "The rollback guard {path} is damaged; do not delete it; first ask your peers for the "
        "newest size "
        "of this log that they have seen.",
    ),
    "node.guard-missing": (
        "防回退记录缺失，节点不再签署，正向各对方查证；"
        "各方均已答复且无更新的检查点时自行恢复。如能确认"
        "数据库是最新的，也可新建该文件并写入此行：{line}",
        "The rollback guard is missing and the node signs nothing while it asks its peers; "
        "it goes on "
        "by itself once all have answered and none holds a newer checkpoint. If you are "
        "certain that "
        "the database is the newest, you may make the file with this line instead: {line}",
    ),
    "node.behind-guard": (
        "日志只有{size}条，而此前已就{guard}条签署检查点：数据库是旧的副本。节点不再签署，"
        "正向各对方取回"
        "所缺各条；切勿删除防回退记录。",
        "The log has {size} entries, but a checkpoint over {guard} was signed before: the "
        "database is "
        "an old copy. The node signs nothing and fetches back what is missing from its "
        "peers; never "
        "delete the rollback guard.",
    ),
    "node.head-differs": (
        "大小为{size}的日志与此前签署的检查点不同，节点不再签署；请恢复签署时的数据库。",
        "The log of size {size} differs from the checkpoint that was signed before, and the "
        "node signs nothing; bring back the database as it was.",
    ),
    "node.log-changed": (
        "日志的前{size}条在签署之后被改动，节点不再签署；请从备份恢复。",
        "The first {size} entries of the log were changed after they were signed, and the node "
        "signs nothing; restore a backup.",
    ),
    "node.stopped": (
        "节点已停止写入（{why}）；请查看运行记录，然后重新启动。",
        "The node has stopped writing ({why}); read its journal and start it again.",
    ),
    "node.fault": (
        "本节点处理时出错（{why}），未作任何改动；请稍后再试。",
        "This node failed ({why}) and changed nothing; try again later.",
    ),
    "node.other-signature": (
        "签署件{sid}已带另一签名收录；同一内容只收录一次。",
        "The statement {sid} is logged with another signature; the same words are logged once.",
    ),
    "node.unknown-issuer": (
        "尚未与签发方{party}交换名片；请先交换。",
        "No cards were exchanged with the issuer {party} yet; exchange them first.",
    ),
    "node.from-the-future": (
        "签署件所载时间{said}晚于本节点的时间{now}；请核对时钟。",
        "The date of the statement, {said}, is ahead of this node's time {now}; check the clocks.",
    ),
    "node.unknown-key": (
        "{party}的密钥{kid}在此尚不为人所知；请交换新名片后再试。",
        "The key {kid} of {party} is not known here yet; exchange new cards and try again.",
    ),
    "node.not-signing": (
        "对方节点暂不签署（{why}）；待其运维人员处理后，再行收取签署件。",
        "The node signs nothing for now ({why}); it takes statements again once its operator has "
        "dealt with that.",
    ),
    "node.no-head-yet": (
        "日志第{size}条尚无已签署的检查点；请稍后再试。",
        "Entry {size} of the log is not under a signed checkpoint yet; try again later.",
    ),
    "node.opening-not-held": (
        "此处尚未收到开启本事项的签署件{case}。",
        "The statement {case} that opened this subject has not arrived here yet.",
    ),
    "node.not-an-opening": (
        "{kind}这一种类的签署件不能开启事项。",
        "Statements of the kind {kind} cannot open a subject.",
    ),
    "node.word-with-content": (
        "节点自行签发的签署件{sid}不得带有其他内容。",
        "The statement {sid}, which a node says by itself, may carry nothing else.",
    ),
    "node.thread-full": (
        "同一方在同一事项中至多签发{limit}份签署件；请另开事项。",
        "One party says at most {limit} statements in one subject; open another.",
    ),
    "node.no-issuer-receipt": (
        "签署件{sid}未附签发方日志的回执，或同一日志有两份回执。",
        "The statement {sid} lacks the receipt of its issuer's log, or has two of one log.",
    ),
    "node.not-addressed": (
        "签署件{sid}不是发给本方的。",
        "The statement {sid} is not addressed to this party.",
    ),
    "node.no-mechanism": (
        "签署件{sid}未指明所属机制。",
        "The statement {sid} names no mechanism.",
    ),
    "node.unknown-mechanism": (
        "此处尚无章程为{net}的生效机制。",
        "No mechanism with the charter {net} is in force here yet.",
    ),
    "node.not-a-member": (
        "{party}不是该机制的成员。",
        "{party} is not a member of the mechanism.",
    ),
    "node.other-demo": (
        "章程{sid}的演示标记与其创始成员不一致。",
        "The mark of a demonstration on the charter {sid} does not fit its founding members.",
    ),
    "node.unknown-kind": (
        "本节点不识别{kind}这一种类的签署件。",
        "This node does not know statements of the kind {kind}.",
    ),
    "node.missing-blob": (
        "附件{digest}尚未收齐。",
        "The attachment {digest} has not arrived in full.",
    ),
    "node.body-needed": (
        "签署件{sid}未在此收录；其正文须经投递送达。",
        "The statement {sid} is not logged here; its body must come by delivery.",
    ),
    "node.no-such-statement": (
        "没有可供查阅的签署件{sid}。",
        "There is no statement {sid} for you to see.",
    ),
    "node.other-receipt": (
        "该回执出自{party}的日志，不是收件方的。",
        "The receipt is of the log of {party}, not of the receiving party's.",
    ),
    "node.no-such-subject": (
        "没有编号为{subject}的事项。",
        "There is no subject {subject}.",
    ),
    "node.ambiguous-subject": (
        "以{subject}开头的事项不止一个；请多写几位。",
        "More than one subject begins with {subject}; write more of it.",
    ),
    "node.no-such-mechanism": (
        "没有编号为{subject}的机制。",
        "There is no mechanism {subject}.",
    ),
    "node.not-a-party": (
        "本方不是事项{subject}的参与方。",
        "We are not a party to the subject {subject}.",
    ),
    "node.unknown-profile": (
        "没有名为{profile}的请求类型。",
        "There is no request profile {profile}.",
    ),
    "node.code-taken": (
        "本地名称{word}已用于另一参与方，或过长。",
        "The local name {word} is another party's, or too long.",
    ),
    "node.older-card": (
        "{party}的这张名片比所存的一张旧。",
        "This card of {party} is older than the one that is held.",
    ),
    "node.attachment": (
        "无法读取附件{path}：{why}。",
        "The attachment {path} cannot be read: {why}.",
    ),
    "node.cannot-write": (
        "无法写入{path}：{why}。",
        "{path} cannot be written: {why}.",
    ),
    "node.check.database": (
        "数据库结构自检",
        "SQLite's own check of the structure of its file",
    ),
    "node.remedy.database": (
        "数据库结构已损坏（{what}）：请停止节点，从备份恢复数据库。",
        "The structure of the database is damaged ({what}): stop the node and restore a backup.",
    ),
    "node.check.guard": (
        "防回退记录：最近一次签署的检查点含{size}条",
        "The rollback guard: the checkpoint signed last has {size} entries",
    ),
    "node.check.log": (
        "已由存储的字节重新计算日志的{count}条",
        "{count} entries of the log were hashed again from their stored bytes",
    ),
    "node.remedy.log": (
        "第{what}条与已签署的检查点不符：请停止节点，从备份恢复，并查明改动者。",
        "Entry {what} does not fit the signed checkpoint: stop the node, restore a backup, and "
        "find out who changed it.",
    ),
    "node.check.receipts": (
        "已重新核验他方日志的{count}份回执",
        "{count} receipts of other logs were verified again",
    ),
    "node.remedy.receipts": (
        "第{what}条的回执缺失或不成立：请从备份恢复。",
        "A receipt of entry {what} is missing or does not hold: restore a backup.",
    ),
    "node.check.outbox": (
        "待发签署件{waiting}份，最久{age}秒；被拒{refused}份",
        "{waiting} statements wait to go out, the oldest for {age} seconds; {refused} were refused",
    ),
    "node.remedy.outbox": (
        "请确认他方节点可以连通，并查看各事项的投递情况。",
        "Check that the other nodes can be reached, and look at the deliveries of each subject.",
    ),
    "node.check.heads": (
        "已重新核验{count}个已签署的检查点",
        "{count} signed checkpoints were verified again",
    ),
    "node.remedy.heads": (
        "大小为{what}的检查点缺失、不成立或与日志不符：请停止节点，从备份恢复，并查明改动者。",
        "The checkpoint of size {what} is missing, does not hold or does not fit the log: "
        "stop the "
        "node, restore a backup, and find out who changed it.",
    ),
    "node.check.threads": (
        "已重新得出{count}个事项，并与各表逐行比对",
        "{count} subjects were worked out again and compared with the rows made from them",
    ),
    "node.remedy.threads": (
        "事项{what}无法得出，已搁置，其余不受影响：请将运行记录交给开发者；"
        "修正后运行comity rebuild。",
        "The subject {what} cannot be worked out and is set aside, the others are not affected: "
        "give the journal to the developers, and run comity rebuild once it is put right.",
    ),
    "node.check.deliveries": (
        "本方{count}份签署件均已送达，或仍待发出",
        "{count} statements of ours are delivered or still on their way",
    ),
    "node.remedy.deliveries": (
        "签署件{what}既无回执，也不在待发之列：数据库被改动；请从备份恢复。",
        "The statement {what} has no receipt and does not wait to go out: the database was "
        "changed, restore a backup.",
    ),
    "node.check.waiting": (
        "有{count}份签署件被引用而尚未收到",
        "{count} statements are cited and have not arrived",
    ),
    "node.remedy.waiting": (
        "节点会自行向签发方索取；如迟迟不到，请以其他渠道联系。",
        "The node asks their issuers by itself; if they stay away, reach them by another channel.",
    ),
}
