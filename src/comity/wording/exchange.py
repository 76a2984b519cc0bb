"""Sentences of the area exchange: node to node over HTTP."""

SENTENCES: dict[str, tuple[str, str]] = {
    "problem.error": ("出错", "Something went wrong"),
    "problem.format": ("形式不符", "Malformed"),
    "problem.trust": ("不予接受", "Rejected"),
    "problem.proof": ("证明不成立", "A proof does not hold"),
    "problem.rule": ("规则不允许", "A rule bars this"),
    "problem.peer": ("暂时无法处理，请稍后再试", "Not now, try again later"),
    "exchange.not-found": (
        "此处没有该资源。",
        "There is nothing here by that name.",
    ),
    "exchange.no-such-key": (
        "此处没有该密钥。",
        "There is no such key here.",
    ),
    "exchange.locator": (
        "条目编号应为64位十六进制数字。",
        "An entry is named by 64 hex digits.",
    ),
    "exchange.method": (
        "该资源不支持{method}方法。",
        "The method {method} is not for this resource.",
    ),
    "exchange.http": (
        "HTTP请求不符合规定。",
        "The HTTP request is not as it must be.",
    ),
    "exchange.slow": (
        "请求正文未能在时限内到齐。",
        "The body of the request did not arrive in time.",
    ),
    "exchange.length": (
        "请求须以Content-Length写明正文长度。",
        "The request must state the length of its body in Content-Length.",
    ),
    "exchange.too-large": (
        "内容为{size}字节，超出上限{limit}字节。",
        "The content is {size} bytes; the limit is {limit}.",
    ),
    "exchange.media-type": (
        "内容类型应为{expected}。",
        "The content must be of type {expected}.",
    ),
    "exchange.content-encoding": (
        "不接受压缩或以其他方式编码的正文。",
        "Compressed or otherwise encoded bodies are not accepted.",
    ),
    "exchange.version": (
        "本节点采用的协议版本为{expected}。",
        "This node speaks version {expected} of the protocol.",
    ),
    "exchange.not-signed": (
        "请求未按规定签名（{why}）。本节点时间为{time}。",
        "The request is not signed as it must be ({why}). The time here is {time}.",
    ),
    "exchange.skew": (
        "请求签名的时间与本节点时间（{time}）相差过大。",
        "The time in the request's signature is too far from the time here, {time}.",
    ),
    "exchange.replay": (
        "同一请求此前已经收到。本节点时间为{time}。",
        "This very request was received before. The time here is {time}.",
    ),
    "exchange.digest": (
        "请求正文与所签摘要不符。",
        "The body of the request does not have the digest that was signed.",
    ),
    "exchange.unknown-caller": (
        "发出请求的节点不为本节点所知，或签名与其密钥不符。",
        "The node that sent the request is not known here, or the signature does not fit its key.",
    ),
    "exchange.misdirected": (
        "该请求发往的地址不是本节点的地址。",
        "The address that the request was sent to is not this node's.",
    ),
    "exchange.too-many": (
        "请求过于频繁；请在{retry_after}秒后再试。",
        "Too many requests; try again in {retry_after} seconds.",
    ),
    "exchange.busy": (
        "本节点正忙；请在{retry_after}秒后再试。",
        "This node is busy; try again in {retry_after} seconds.",
    ),
    "exchange.no-room": (
        "本节点磁盘空间不足，暂不接收附件。",
        "This node has too little disk space to take attachments now.",
    ),
    "exchange.internal": (
        "本节点内部出错；请稍后再试。",
        "Something went wrong inside this node; try again later.",
    ),
    "exchange.delivery": (
        "递送内容不符合规定：应为1至{limit}份签署件，每份附加密正文。",
        "The delivery is not as it must be: 1 to {limit} statements, each with its sealed body.",
    ),
    "exchange.range": (
        "附件片段的Content-Range不符合规定。",
        "The Content-Range of this piece of an attachment is not as it must be.",
    ),
    "exchange.not-held": (
        "没有可向对方提供的该签署件。",
        "There is no such statement that may be given to the other side.",
    ),
    "exchange.problem": (
        "对方对问题的说明不符合规定。",
        "The other side's account of a problem is not as it must be.",
    ),
    "exchange.answer": (
        "对方的答复不符合规定（HTTP状态{status}）。",
        "The other side's answer is not as it must be (HTTP status {status}).",
    ),
    "exchange.said": (
        "对方答复的问题不为本程序所知（{problem}）。",
        "The other side answered with a problem that this program does not know ({problem}).",
    ),
    "exchange.unreachable": (
        "无法连通{url}（{why}）。",
        "{url} cannot be reached ({why}).",
    ),
    "exchange.other-key": (
        "{url}出示的TLS公钥与对方签署件所述不同，连接已中断。",
        "{url} showed another TLS key than the party stated; the connection was dropped.",
    ),
    "exchange.address": (
        "{url}指向{address}，该地址既非公网地址，也未经运维人员允许。",
        "{url} leads to {address}, which is neither public nor allowed by the operator.",
    ),
    "exchange.port": (
        "不允许连接{url}的端口。",
        "Connecting to the port of {url} is not allowed.",
    ),
    "exchange.certificate": (
        "TLS证书或私钥无法读取（{path}）。",
        "The TLS certificate or its key cannot be read ({path}).",
    ),
    "exchange.cannot-listen": (
        "无法在{host}:{port}监听（{why}）。",
        "Cannot listen on {host}:{port} ({why}).",
    ),
}
