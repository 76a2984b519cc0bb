"""Sentences of the areas casefile and verify, and of the story that both tell."""

SENTENCES: dict[str, tuple[str, str]] = {
    "casefile.not-a-case-file": (
        "这不是案卷文件（.comity）。",
        "This is not a case file (.comity).",
    ),
    "casefile.cut-short": (
        "案卷文件不完整：在第{at}字节处中断。",
        "The case file is cut short at byte {at}.",
    ),
    "casefile.unreadable": ("文件无法读取：{problem}", "The file cannot be read: {problem}"),
    "casefile.header": (
        "第{at}字节处的归档文件头不是规定的形式。",
        "The archive header at byte {at} is not as it must be.",
    ),
    "casefile.directory": (
        "第{at}字节处的归档目录与内容不符。",
        "The archive's directory at byte {at} does not fit what is in it.",
    ),
    "casefile.trailing": (
        "归档结束后（第{at}字节起）还有多余内容。",
        "Something follows the end of the archive, from byte {at}.",
    ),
    "casefile.name": ("不允许的文件名：{name}。", "The file name {name} is not allowed."),
    "casefile.order": (
        "{name}：文件次序不对，或有重复。",
        "{name}: files are not in order, or one is there twice.",
    ),
    "casefile.twins": (
        "有两个文件名仅大小写不同：{name}。",
        "Two file names differ in case alone: {name}.",
    ),
    "casefile.too-many": (
        "文件数超过上限{limit}。",
        "There are more than {limit} files.",
    ),
    "casefile.no-such-file": ("案卷文件中没有{name}。", "There is no {name} in the case file."),
    "casefile.crc": ("{name}：校验和不符。", "{name}: the checksum does not fit."),
    "casefile.file-too-large": (
        "{name}长{size}字节，超过上限{limit}字节。",
        "{name} has {size} bytes; the limit is {limit}.",
    ),
    "casefile.changed": (
        "导出期间{name}发生了变化。",
        "{name} changed while it was exported.",
    ),
    "casefile.twice": (
        "{name}有两份，内容不同。",
        "There are two different versions of {name}.",
    ),
    "casefile.unknown-path": (
        "案卷文件中不应有{name}。",
        "{name} does not belong in a case file.",
    ),
    "casefile.manifest": ("清单的字段{field}有误。", "The manifest's field {field} is wrong."),
    "casefile.signature": (
        "清单签名的形式不符合规定。",
        "The signature of the manifest is not of the required form.",
    ),
    "casefile.other-manifest": (
        "签名所签的是另一份清单。",
        "The signature is over another manifest.",
    ),
    "casefile.demo": (
        "演示：本文件所载内容，没有任何真实的一方说过。",
        "DEMONSTRATION: no real party said anything that stands in this file.",
    ),
    "casefile.title": ("案卷文件（.comity）说明", "About this case file (.comity)"),
    "casefile.copy": (
        "阅读件，不是证据。证据是statements/、payloads/、receipts/和cards/中的文件。",
        (
            "Reading copy, not the evidence. The evidence is in statements/, payloads/, "
            "receipts/ and cards/."
        ),
    ),
    "casefile.subject": ("事项：{subject}", "Subject: {subject}"),
    "casefile.party": ("{name}　{party}", "{name}  {party}"),
    "casefile.keys": (
        "四、各方公钥（创始签署件所载）",
        "4. Public keys, as the inceptions hold them",
    ),
    "casefile.thread": ("—— {subject} ——", "—— {subject} ——"),
    "casefile.statement": ("签署件：{sid}", "Statement: {sid}"),
    "casefile.authentic": ("[{tag}]作准文本：", "[{tag}] authentic text:"),
    "casefile.translation": (
        "[{tag}]译文，译自[{of}]，译者：{by}；不作准：",
        "[{tag}] translation from [{of}] by {by}; not authentic:",
    ),
    "casefile.machine": (
        "[{tag}]机器译文，译自[{of}]，译者：{by}；不作准：",
        "[{tag}] machine translation from [{of}] by {by}; not authentic:",
    ),
    "casefile.attachment": (
        "附件：{name}（{size}字节，SHA-256 {sha256}）",
        "Attachment: {name} ({size} bytes, SHA-256 {sha256})",
    ),
    "casefile.section": ("{name}：", "{name}:"),
    "casefile.section.fields": ("请求内容", "What is asked"),
    "casefile.word.not stated": ("未说明", "not stated"),
    "casefile.key": ("{purpose}（指纹{kid}）", "{purpose} (thumbprint {kid})"),
    "casefile.key.node": ("节点密钥", "The node's key"),
    "casefile.key.sign": ("人员的签署密钥", "The officers' signing key"),
    "story.said": ("{who}{does}（{facts}）。", "{who} {does} ({facts})."),
    "story.dated": ("所载时间{claimed}", "dated {claimed}"),
    "story.fact": ("{label}：{value}", "{label}: {value}"),
    "story.between": ("；", "; "),
    "story.held": (
        "{log}的日志不晚于{time}收录。",
        "The log of {log} held it by {time}.",
    ),
    "story.not-held": (
        "本文件中没有任何日志对它的回执。",
        "No log's receipt for it is in this file.",
    ),
    "story.without-effect": ("不产生效力：{rule}", "Without effect: {rule}"),
    "story.does.hidden": ("作出一项内容未出示的表示", "says something that is not shown"),
    "story.does.other": ("作出“{kind}”表示", "says “{kind}”"),
    "story.does.thread.seen": (
        "的节点已收录此前各项，不表示有人阅读",
        "holds in its node what went before; this does not say that anybody has read it",
    ),
    "story.does.delivery.refused": (
        "的节点在收录前拒收了一份签署件；该签署件不产生效力",
        "refused a statement at the door of its node; that statement has no effect",
    ),
    "story.does.mechanism.charter": ("签署机制章程", "signs the charter of a mechanism"),
    "story.does.mechanism.accede": ("签署章程，加入机制", "signs the charter and accedes"),
    "story.does.assistance.submit": ("提出协助请求", "asks for assistance"),
    "story.does.assistance.acknowledge": ("确认收到请求", "acknowledges the request"),
    "story.does.assistance.clarify": ("要求或作出澄清", "asks for or gives a clarification"),
    "story.does.assistance.accept": ("就请求作出决定", "decides on the request"),
    "story.does.assistance.refuse": ("不予提供协助", "declines the request"),
    "story.does.assistance.report": ("通报进展", "reports on progress"),
    "story.does.assistance.extend": ("延长时限", "extends a deadline"),
    "story.does.assistance.transfer": ("转交请求", "passes the request on"),
    "story.does.assistance.escalate": ("将请求升级", "escalates the request"),
    "story.does.assistance.answer": ("答复请求", "answers the request"),
    "story.does.assistance.withdraw": ("撤回请求", "withdraws the request"),
    "story.does.assistance.rate": ("评价答复", "rates the answer"),
    "story.does.assistance.remark": ("就评价作出说明", "remarks on the rating"),
    "story.does.assistance.close": ("结案", "closes the case"),
    "story.does.assistance.lapse": ("认定逾期", "states that a deadline has lapsed"),
    "story.own.profile": ("请求类型", "profile"),
    "story.own.version": ("版本", "version"),
    "story.own.tlp": ("TLP", "TLP"),
    "story.own.pap": ("PAP", "PAP"),
    "story.own.urgency": ("紧急程度", "urgency"),
    "story.own.decision": ("决定", "decision"),
    "story.own.status": ("状态", "status"),
    "story.own.outcome": ("结果", "outcome"),
    "story.own.ground": ("拒绝理由", "ground"),
    "story.own.quality": ("质量", "quality"),
    "story.own.clock": ("时限", "clock"),
    "story.own.channel": ("渠道", "channel"),
    "story.own.until": ("截止时间", "by"),
    "story.own.mechanism.charter.decision": ("决策规则", "decision rule"),
    "story.word.decision.consensus": ("协商一致", "consensus"),
    "story.word.decision.unanimity": ("一致同意", "unanimity"),
    "story.word.decision.two-thirds": ("三分之二多数", "two thirds"),
    "story.word.decision.majority": ("过半数", "majority"),
    "story.word.decision.accepted": ("接受", "accepted"),
    "story.word.decision.partly": ("部分接受", "accepted in part"),
    "story.word.decision.conditional": ("附条件接受", "accepted on conditions"),
    "story.word.decision.postponed": ("推迟", "postponed"),
    "story.word.decision.refused": ("拒绝", "refused"),
    "story.word.decision.not-competent": ("不属主管范围", "not competent"),
    "story.word.decision.no-data": ("无相关数据", "no data"),
    "story.word.status.executing": ("执行中", "being carried out"),
    "story.word.status.interim": ("阶段结果", "interim result"),
    "story.word.quality.met": ("符合所请", "met what was asked"),
    "story.word.quality.partly": ("部分符合所请", "met in part what was asked"),
    "story.word.quality.not-met": ("不符合所请", "did not meet what was asked"),
    "story.word.quality.not-stated": ("未说明", "not stated"),
    "story.word.urgency.routine": ("普通", "routine"),
    "story.word.urgency.urgent": ("加急", "urgent"),
    "story.word.urgency.emergency": ("特急", "emergency"),
    "story.phase.absent": ("尚无有效内容", "nothing in effect"),
    "story.phase.proposed": ("已提出，尚未生效", "proposed, not yet in force"),
    "story.phase.in-force": ("生效", "in force"),
    "story.phase.sent": ("已发出", "sent"),
    "story.phase.delivered": ("已送达", "delivered"),
    "story.phase.acknowledged": ("已确认收到", "acknowledged"),
    "story.phase.clarification": ("等待澄清", "waiting for a clarification"),
    "story.phase.accepted": ("已接受", "accepted"),
    "story.phase.partly": ("部分接受", "accepted in part"),
    "story.phase.conditional": ("附条件接受", "accepted on conditions"),
    "story.phase.postponed": ("已推迟", "postponed"),
    "story.phase.refused": ("已拒绝", "refused"),
    "story.phase.transferred": ("已转交", "transferred"),
    "story.phase.not-competent": ("不属主管范围", "not competent"),
    "story.phase.no-data": ("无相关数据", "no data"),
    "story.phase.executing": ("执行中", "being carried out"),
    "story.phase.interim": ("已有阶段结果", "interim result given"),
    "story.phase.answered": ("已答复", "answered"),
    "story.phase.rated": ("已评价", "rated"),
    "story.phase.closed": ("已结案", "closed"),
    "story.phase.withdrawn": ("已撤回", "withdrawn"),
    "story.phase.expired": ("已认定逾期", "lapsed"),
    "story.phase.escalated": ("已升级", "escalated"),
    "verify.VALID": (
        "各项均已核验且成立，无一缺失。",
        "Everything was checked and holds, and nothing is missing.",
    ),
    "verify.INVALID": ("至少有一项核验不成立。", "At least one check does not hold."),
    "verify.VALID_WITH_GAPS": (
        "现有内容均核验成立，但有缺失。",
        "What is there holds, but something is missing.",
    ),
    "verify.SELF_CONSISTENT_ONLY": (
        "未给出信任根：文件自身一致，但不能证明各方的身份。",
        (
            "No root of trust was given: the file agrees with itself, which does not prove who "
            "the parties are."
        ),
    ),
    "verify.CONTESTED_KEY": (
        "有密钥存在争议，且签署件的时间无法确定。",
        "A key is disputed and the statement cannot be dated.",
    ),
    "verify.PARTLY_ERASED": (
        "部分内容已删除；证明完好。",
        "Parts are erased; the proof is intact.",
    ),
    "verify.HALF_CHECKED": (
        "有算法在此处不受支持，因而未能全部核验。",
        "An algorithm is not supported here, so not everything was checked.",
    ),
    "verify.UNKNOWN_VERSION": (
        "有内容的格式比本程序新。",
        "Something is of a format newer than this program.",
    ),
    "verify.check.archive": ("归档", "archive"),
    "verify.check.manifest": ("清单", "manifest"),
    "verify.check.file": ("文件", "file"),
    "verify.check.card": ("名片", "card"),
    "verify.check.extent": ("收录范围", "extent"),
    "verify.check.root": ("信任根", "root of trust"),
    "verify.check.format": ("格式", "format"),
    "verify.check.signature": ("签名", "signature"),
    "verify.check.key": ("密钥", "key"),
    "verify.check.body": ("正文摘要", "body digest"),
    "verify.check.sections": ("各节", "sections"),
    "verify.check.inclusion": ("收录", "inclusion"),
    "verify.check.head": ("检查点", "checkpoint"),
    "verify.check.consistency": ("延续", "consistency"),
    "verify.check.charter": ("章程", "charter"),
    "verify.check.rules": ("规则", "rules"),
    "verify.check.state": ("所见状态", "state seen"),
    "verify.check.links": ("所引签署件", "links"),
    "verify.check.evidence": ("附件", "attachment"),
    "verify.check.demo": ("演示标记", "demo mark"),
    "verify.check.reading-copy": ("阅读件", "reading copy"),
    "verify.holds": ("成立", "holds"),
    "verify.does-not-hold": ("不成立", "does not hold"),
    "verify.not-checked": ("未核验", "not checked"),
    "verify.line": ("  {check}：{finding}", "  {check}: {finding}"),
    "verify.line-why": ("  {check}：{finding}。{why}", "  {check}: {finding}. {why}"),
    "verify.whole": ("文件整体", "The file as a whole"),
    "verify.of-statement": ("签署件：{sid}", "Statement: {sid}"),
    "verify.of-log": ("{check}，{name}的日志", "{check}, log of {name}"),
    "verify.story": ("经过", "What happened"),
    "verify.phase": (
        "据本文件所示，现状为：{phase}。",
        "As far as this file shows, it stands at: {phase}.",
    ),
    "verify.missing": ("缺失：", "Missing:"),
    "verify.verdict": ("结论：{verdict}。{text}", "Verdict: {verdict}. {text}"),
    "verify.also": ("另有：{verdicts}", "Also: {verdicts}"),
    "verify.root-mechanism": (
        "信任根是本事项所属机制的章程。",
        "The root of trust is the charter of the mechanism that this subject belongs to.",
    ),
    "verify.root-party": (
        "信任根是{name}的创始签署件；该方签署了章程。",
        "The root of trust is the inception of {name}, which signed the charter.",
    ),
    "verify.no-root": ("未给出信任根。", "No root of trust was given."),
    "verify.root-form": (
        "信任根须为64位十六进制数字；所给为“{root}”。",
        "A root of trust is 64 hex digits; what was given is “{root}”.",
    ),
    "verify.root-not-found": (
        "本文件中没有任何内容可追溯到信任根{root}。",
        "Nothing in this file leads back to the root of trust {root}.",
    ),
    "verify.root-not-signed": (
        "{name}没有签署本事项所属机制的章程。",
        "{name} did not sign the charter of the mechanism that this subject belongs to.",
    ),
    "verify.file-missing": (
        "清单列有{name}，但此处没有。",
        "{name} is in the manifest but not here.",
    ),
    "verify.file-unlisted": ("{name}不在清单中。", "{name} is not in the manifest."),
    "verify.file-differs": (
        "{name}与清单所列的长度或摘要不符。",
        "{name} is not of the length or digest that the manifest says.",
    ),
    "verify.newer-format": (
        "格式“{format}”比本程序新。",
        "The format “{format}” is newer than this program.",
    ),
    "verify.unknown-kind": (
        "本程序不识别“{kind}”这一种类的签署件。",
        "This program does not know statements of the kind “{kind}”.",
    ),
    "verify.unsupported": (
        "此处不支持算法{alg}。",
        "The algorithm {alg} is not supported here.",
    ),
    "verify.copy-not-checked": (
        "仅供阅读，不是证据；内容未经核验。",
        "For reading only, not evidence; what it says was not checked.",
    ),
    "verify.card-missing": ("缺少{party}的名片。", "The card of {party} is missing."),
    "verify.card-other": ("名片属于另一方。", "The card is another party's."),
    "verify.exporter-stranger": (
        "导出本案卷文件的{name}不是本事项的参与方：是否有所遗漏，无人负责。",
        "{name}, which exported this file, is no party of the subject: nobody answers for what "
        "it may "
        "leave out.",
    ),
    "verify.exporter-differs": (
        "清单由另一方签署，而非清单所列导出方。",
        "The manifest is signed by another party than the exporter it names.",
    ),
    "verify.not-by-statement": (
        "未予核验，因为其所依据的内容未得到证明。",
        "Not checked, because what it rests on was not proved.",
    ),
    "verify.id-differs": (
        "文件名不是签署件的编号。",
        "The file's name is not the id of the statement.",
    ),
    "verify.not-emptied": (
        "签署件的未保护头部须为空。",
        "The statement's unprotected header must be empty.",
    ),
    "verify.foreign-subject": (
        "签署件属于另一事项。",
        "The statement is about another subject.",
    ),
    "verify.statement-missing": (
        "缺少签署件{sid}，而{by}引用了它。",
        "The statement {sid} is missing; {by} refers to it.",
    ),
    "verify.opening-missing": (
        "缺少开启事项{subject}的签署件。",
        "The statement that opens {subject} is missing.",
    ),
    "verify.charter-missing": (
        "缺少章程（{net}）。",
        "The charter ({net}) is missing.",
    ),
    "verify.payload-missing": ("缺少正文记录。", "The record of the body is missing."),
    "verify.statement-for-file-missing": (
        "没有其所属的签署件。",
        "There is no statement that it belongs to.",
    ),
    "verify.receipt-missing": (
        "缺少{name}的日志对签署件{sid}的回执。",
        "The receipt of the log of {name} for statement {sid} is missing.",
    ),
    "verify.receipt-of-stranger": (
        "缺少该日志所属参与方的名片，回执无法核验。",
        "The card of the party whose log this is is missing, so the receipt cannot be checked.",
    ),
    "verify.head-missing": (
        "缺少回执所依据的检查点文件。",
        "The file of the checkpoint under the receipt is missing.",
    ),
    "verify.head-differs": (
        "检查点文件不是回执所载的检查点。",
        "The file of the checkpoint is not the one in the receipt.",
    ),
    "verify.proof-form": (
        "一致性证明的形式不符合规定。",
        "The consistency proof is not of the required form.",
    ),
    "verify.head-other": (
        "检查点文件的文件名与内容不符。",
        "The file of the checkpoint is not named by what it says.",
    ),
    "verify.heads-contradict": (
        "{name}的日志在大小{size}处有两个不同的检查点。",
        "The log of {name} has two different checkpoints of size {size}.",
    ),
    "verify.entries-contradict": (
        "{name}的日志在第{index}位有两个不同的条目。",
        "The log of {name} shows two different entries at index {index}.",
    ),
    "verify.entry-twice": (
        "{name}的日志两次收录了同一签署件。",
        "The log of {name} holds the same statement twice.",
    ),
    "verify.sections-left-out": (
        "导出方未出示以下各节：{names}。",
        "The exporter does not show these sections: {names}.",
    ),
    "verify.sections-not-declared": (
        "以下各节缺失，而清单未作说明：{names}。",
        "These sections are missing, and the manifest does not say so: {names}.",
    ),
    "verify.evidence-missing": (
        "缺少附件{name}（密文{cipher}）。",
        "The attachment {name} (ciphertext {cipher}) is missing.",
    ),
    "verify.evidence-not-named": (
        "所示正文均未提及此附件，因而无法解密。",
        "No body that is shown speaks of this attachment, so it could not be opened.",
    ),
    "verify.evidence-digest": (
        "密文的摘要与其文件名不同。",
        "The digest of the ciphertext is not its name.",
    ),
    "verify.not-a-member": (
        "签发方不是机制成员。",
        "The issuer is not a member of the mechanism.",
    ),
    "verify.other-charter": (
        "签署件指明的是另一机制。",
        "The statement names another mechanism.",
    ),
    "verify.not-in-force": (
        "据本文件所示，机制尚未生效：缺少成员的加入签署件。",
        "As far as this file shows, the mechanism is not in force: a member's accession is "
        "missing.",
    ),
    "verify.not-yet-in-force": (
        "签发方的日志收录本事项的开启签署件时，尚未收录全部加入签署件。",
        (
            "When the issuer's log took the statement that opened the subject, it did not yet "
            "hold every accession."
        ),
    ),
    "verify.demo-differs": (
        "清单的演示标记与所签署的内容不符。",
        "The manifest's demo mark is not what is signed.",
    ),
    "verify.kind-differs": (
        "清单所列种类不是本事项的种类。",
        "The manifest names another kind of subject.",
    ),
    "verify.without-effect": ("不产生效力（{rule}）：{text}", "Without effect ({rule}): {text}"),
    "verify.said-by-officers": (
        "以承办人员的签名密钥签署，并非节点自行签发。",
        "Signed with the officers' key, not by the node itself.",
    ),
    "verify.state-differs": (
        "签发方的程序由其所见签署件得出的状态与本程序的不同。仅供查找原因，不影响效力，也不影响结论。",
        "The author's program made another state of what it had seen than this one does. This "
        "helps to find the cause; it changes no effect and no verdict.",
    ),
    "verify.state-not-told": (
        "本文件不足以得出签发方所见的状态，或者事项过长。仅供查找原因，不影响结论。",
        "The state that its author saw cannot be told from this file, or the thread is too long "
        "for that. It would help to find causes and changes no verdict.",
    ),
    "verify.waiting": (
        "其所引签署件缺失，无法判断其效力。",
        "What it refers to is missing, so its effect cannot be told.",
    ),
    "verify.all-it-holds": (
        "{name}签名声明：其所持有的事项{subject}的签署件，全部即此{count}份；"
        "是否略去更新的签署件，仅凭本文件无从判断。",
        "{name} signed that these {count} statements are all that it holds on {subject}; whether "
        "it left out newer ones cannot be told from this file alone.",
    ),
    "verify.fewer-statements": (
        "清单称事项{subject}有{stated}份签署件，本文件中有{found}份。",
        "The manifest says that there are {stated} statements on {subject}; this file holds "
        "{found}.",
    ),
    "verify.extent-differs": (
        "清单所列事项{subject}的签署件数量或各方最后签署件，与本文件所载不符。",
        "The manifest says another number of statements on {subject}, or another last statement "
        "of a party, than this file shows.",
    ),
    "verify.fork": (
        "{name}在同一位置签发了两份不同的签署件（{one}与{other}）。",
        "{name} issued two different statements at the same place ({one} and {other}).",
    ),
    "verify.unexpected": (
        "程序遇到意外情况，文件未能核验：{problem}",
        "The program met something unexpected and could not check the file: {problem}",
    ),
}
