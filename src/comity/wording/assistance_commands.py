"""Help texts of the commands of requests for assistance."""

SENTENCES: dict[str, tuple[str, str]] = {
    "cli.assistance": ("协助请求。", "Requests for assistance."),
    "cli.assistance.form": (
        "给出一种请求类型的空白表单，逐项说明各字段。",
        "Give the empty form of a profile, each field explained.",
    ),
    "cli.assistance.submit": (
        "提出请求：签署、收录并送交对方节点。",
        "Submit a request: sign it, log it, and have it delivered to the other party's node.",
    ),
    "cli.assistance.draft": (
        "保存草稿：加密留在本节点，不签署、不发送。",
        "Keep a draft: encrypted in this node, neither signed nor sent.",
    ),
    "cli.assistance.list": ("列出全部案件和草稿。", "List all cases and drafts."),
    "cli.assistance.show": (
        "显示一案全貌：现状、时限、全部签署件和回执。",
        "Show a case in full: where it stands, clocks, every statement, receipts.",
    ),
    "cli.assistance.acknowledge": (
        "确认收到请求；不表示同意。",
        "Acknowledge a request; this agrees to nothing.",
    ),
    "cli.assistance.clarify": (
        "被请求方提问，或请求方回复；等待回复期间，时限停止计算。",
        "Ask, as the addressee, or reply, as the requester; clocks stop while a reply is awaited.",
    ),
    "cli.assistance.accept": (
        "接受、部分接受、附条件接受或推迟；请求方用以接受条件。",
        "Accept, accept in part or on conditions, or postpone; the requester accepts conditions.",
    ),
    "cli.assistance.refuse": (
        "拒绝，或说明不属主管范围或无相关数据。",
        "Refuse a request, or say that one is not competent or has no data.",
    ),
    "cli.assistance.report": ("通报执行进展或阶段结果。", "Report progress or an interim result."),
    "cli.assistance.extend": (
        "延长时限：重新说明履行时间。",
        "Extend a deadline: restate by when one will act.",
    ),
    "cli.assistance.transfer": ("说明请求已转交他处。", "Say that the request was passed on."),
    "cli.assistance.escalate": ("将请求升级。", "Escalate a request."),
    "cli.assistance.answer": (
        "给出实质答复，可附文件。",
        "Give the substantive answer, with files if need be.",
    ),
    "cli.assistance.withdraw": ("撤回请求。", "Withdraw a request."),
    "cli.assistance.rate": (
        "评价答复的质量；及时性由日志算出，不作评价。",
        "Rate the quality of an answer; timeliness is computed from the logs and never rated.",
    ),
    "cli.assistance.remark": (
        "被请求方就评价作出说明，始终与评价一并显示。",
        "Remark on a rating, as the addressee; it is always shown with the rating.",
    ),
    "cli.assistance.close": ("结案。", "Close a case."),
    "cli.assistance.lapse": (
        "认定逾期：以他方日志的回执证明时限已过。",
        "State a lapse: prove by receipts of another party's log that a deadline has passed.",
    ),
    "cli.assistance.save": (
        "将一案的文本和附件存入文件夹，并列出摘要；不覆盖任何文件。",
        (
            "Save the texts and attachments of a case in a folder and print their digests; "
            "nothing is overwritten."
        ),
    ),
    "cli.assistance.desk": (
        "列出待办，最先到期的在前。",
        "List what is owed, next deadline first.",
    ),
    "cli.assistance.option.json": ("以JSON输出。", "Print JSON."),
    "cli.assistance.option.text-en": ("英文文本。", "The text in English."),
    "cli.assistance.option.text-zh": ("中文文本。", "The text in Chinese."),
    "cli.assistance.option.text": (
        "其他语言的文本：“语言标签=文本”；可重复给出。",
        "The text in another language: TAG=TEXT; may be given several times.",
    ),
    "cli.assistance.option.translation": (
        "将该语言文本标为译文并写明译者：“语言标签=译者”，或“语言标签=原文标签:译者”。",
        "Mark a language's text as a translation and name its maker: TAG=MAKER or TAG=OF:MAKER.",
    ),
    "cli.assistance.option.machine-translation": (
        "同上，译文由机器所作：写明所用的软件或服务。",
        "The same, for a translation by a machine: name the software or the service.",
    ),
    "cli.assistance.option.attach": (
        "附件；可重复给出。",
        "A file to attach; may be given several times.",
    ),
    "cli.assistance.option.ground": (
        "拒绝理由：请求类型所列编号。",
        "The ground for refusing: an id of the profile.",
    ),
    "cli.assistance.option.outcome": (
        "结果：请求类型所列编号；未给出时为未说明。",
        "The outcome: an id of the profile; not stated if not given.",
    ),
    "cli.assistance.option.decision": ("决定。", "What is decided."),
    "cli.assistance.option.status": ("进展情况。", "How far it has come."),
    "cli.assistance.option.until": (
        "截止时间：带时区的ISO 8601时间。",
        "By when: an ISO 8601 time with its zone.",
    ),
    "cli.assistance.option.clock": ("时限：请求类型所列编号。", "The clock: an id of the profile."),
    "cli.assistance.option.channel": (
        "所用渠道，例如hotline。",
        "By which channel, for example hotline.",
    ),
    "cli.assistance.option.quality": (
        "答复是否符合所请。",
        "How the answer met what was asked.",
    ),
    "cli.assistance.option.to": (
        "参与方：名称、编号或其唯一前缀。",
        "A party: its name, id or unique prefix.",
    ),
    "cli.assistance.option.mechanism": (
        "机制：事项编号或其唯一前缀。",
        "The mechanism: its subject or a unique prefix.",
    ),
    "cli.assistance.option.profile": ("请求类型。", "The profile."),
    "cli.assistance.option.fields": ("填写好的JSON表单。", "The filled form, a JSON file."),
    "cli.assistance.option.draft": ("草稿编号或其唯一前缀。", "A draft's id or a unique prefix."),
    "cli.assistance.option.out-file": ("写入的新文件。", "The new file to write."),
    "cli.assistance.option.out-folder": (
        "存入的文件夹；没有则新建。",
        "The folder to save in; made if it is not there.",
    ),
}
