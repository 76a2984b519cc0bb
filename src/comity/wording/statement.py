"""Sentences of the area statement: keys, envelopes, bodies, texts, names, encryption."""

SENTENCES: dict[str, tuple[str, str]] = {
    "statement.field": (
        "{where}：字段{field}缺失或不符合规定。",
        "{where}: the field {field} is missing or not as it must be.",
    ),
    "statement.unknown-field": (
        "{where}：不允许字段{field}。",
        "{where}: the field {field} is not allowed.",
    ),
    "statement.not-a-party": (
        "{party}不是参与方编号。",
        "{party} is not the id of a party.",
    ),
    "subject.not-a-matter": (
        "{subject}不是事项编号。",
        "{subject} is not the id of a subject.",
    ),
    "subject.nonce": (
        "开启签署件的随机数为{size}字节，应为{expected}字节。",
        "The nonce of an opening statement is {size} bytes; it must be {expected}.",
    ),
    "subject.not-from-opening": (
        "事项{subject}与开启该事项的签署件不符。",
        "The subject {subject} does not come out of the statement that opens it.",
    ),
    "key.form": (
        "密钥的形式不符合规定（标签{label}）。",
        "The key is not of the required form (label {label}).",
    ),
    "key.weak": (
        "密钥不安全，不予接纳：其阶不完整，或者编码不是唯一的规范编码（算法{alg}）。",
        "The key is unsafe and is not admitted: it is not of full order, or not in its one "
        "encoding (algorithm {alg}).",
    ),
    "key.not-on-curve": (
        "密钥不是曲线{curve}上的点。",
        "The key is not a point on curve {curve}.",
    ),
    "key.secret": (
        "私钥的形式不符合规定（算法{alg}）。",
        "The private key is not of the required form (algorithm {alg}).",
    ),
    "key.unknown-algorithm": (
        "算法{alg}不受支持，无法验证。",
        "Algorithm {alg} is not supported, so nothing can be verified with it.",
    ),
    "key.denied": (
        "密钥{kid}不予接纳：其私钥已为他人所知。",
        "The key {kid} is not admitted: its private half is known to others.",
    ),
    "key.bad-signature": (
        "签名与密钥{kid}（算法{alg}）不符。",
        "The signature does not fit the key {kid} (algorithm {alg}).",
    ),
    "envelope.not-sign1": (
        "数据不是带标签的COSE_Sign1结构。",
        "The data is not a tagged COSE_Sign1.",
    ),
    "envelope.payload": (
        "载荷应为{expected}字节的摘要。",
        "The payload must be a digest of {expected} bytes.",
    ),
    "envelope.too-large": (
        "签署件为{size}字节，超出上限{limit}字节。",
        "The statement is {size} bytes; the limit is {limit}.",
    ),
    "envelope.receipts": (
        "签署件所附回执为空、过大或超过{limit}份。",
        "The receipts beside the statement are none, too large, or more than {limit}.",
    ),
    "envelope.type": (
        "签署件的类型或摘要算法不符合规定。",
        "The type or the digest algorithm of the statement is not as it must be.",
    ),
    "envelope.self": (
        "只有创始签署件可以用“self”指称签发方和事项，且二者须同时如此。",
        "Only an inception may call its issuer and its subject “self”, and then both.",
    ),
    "envelope.other-algorithm": (
        "签署件写明的算法为{alg}，而密钥的算法为{expected}。",
        "The statement names algorithm {alg}; the key is for {expected}.",
    ),
    "envelope.other-key": (
        "签署件写明的是另一密钥{kid}。",
        "The statement names another key, {kid}.",
    ),
    "body.section": (
        "正文的“{name}”节形式不符合规定。",
        "The section “{name}” is not of the required form.",
    ),
    "body.duplicate": (
        "正文的“{name}”节重复。",
        "The section “{name}” occurs twice.",
    ),
    "body.no-act": (
        "正文没有“act”节。",
        "The body has no section “act”.",
    ),
    "body.too-many": (
        "正文有{count}节，超出上限{limit}节。",
        "The body has {count} sections; the limit is {limit}.",
    ),
    "body.too-large": (
        "正文为{size}字节，超出上限{limit}字节。",
        "The body is {size} bytes; the limit is {limit}.",
    ),
    "body.does-not-fit": (
        "正文不是所签署的内容。",
        "The body is not what was signed.",
    ),
    "body.listing": (
        "正文目录的形式不符合规定。",
        "The listing of the body is not of the required form.",
    ),
    "body.texts": (
        "正文的文本与行为节所列不一致：{names}。",
        "The texts of the body are not those that its act lists: {names}.",
    ),
    "act.type": (
        "签署件种类{type}的写法不符合规定。",
        "The statement kind {type} is not well formed.",
    ),
    "act.aud": (
        "收件方未按顺序排列、重复或超过{limit}个。",
        "The addressees are out of order, doubled, or more than {limit}.",
    ),
    "act.seen": (
        "所引签署件未按顺序排列、重复或超过{limit}份。",
        "The statements seen are out of order, doubled, or more than {limit}.",
    ),
    "act.digest": (
        "编号为{size}字节，应为{expected}字节。",
        "An id is {size} bytes; it must be {expected}.",
    ),
    "act.opening": (
        "开启签署件不得引用本事项此前的签署件。",
        "An opening statement cannot cite earlier ones of its thread.",
    ),
    "act.text": (
        "文本“{tag}”的来源不符合规定。",
        "The origin of the text “{tag}” is not as it must be.",
    ),
    "text.too-long": (
        "文本为{size}字节，超出上限{limit}字节。",
        "The text is {size} bytes; the limit is {limit}.",
    ),
    "text.not-nfc": (
        "文本不是NFC规范形式。",
        "The text is not in Unicode NFC.",
    ),
    "text.marks": (
        "第{at}个字符处叠加符号过多。",
        "At character {at}: too many combining marks in a row.",
    ),
    "text.control": (
        "第{at}个字符（{character}）是控制字符，不允许使用。",
        "Character {at} ({character}) is a control and not allowed.",
    ),
    "text.direction": (
        "第{at}个字符（{character}）改变书写方向，不允许使用。",
        "Character {at} ({character}) changes the writing direction and is not allowed.",
    ),
    "text.private": (
        "第{at}个字符（{character}）属于专用区，不允许使用。",
        "Character {at} ({character}) is for private use and not allowed.",
    ),
    "text.unicode": (
        "第{at}处（{character}）不是字符。",
        "At {at} there is no character ({character}).",
    ),
    "text.tag": (
        "第{at}个字符（{character}）是隐形标签，不允许使用。",
        "Character {at} ({character}) is an invisible tag and not allowed.",
    ),
    "text.invisible": (
        "第{at}个字符（{character}）不可见，不允许使用。",
        "Character {at} ({character}) is invisible and not allowed.",
    ),
    "text.language-tag": (
        "{tag}不是语言标签，正确写法如zh或zh-Hans。",
        "{tag} is not a language tag such as en or zh-Hans.",
    ),
    "name.empty": (
        "名称不能为空。",
        "A name cannot be empty.",
    ),
    "name.edge": (
        "名称不得以空格或公式符号开头，也不得以空格结尾（{character}）。",
        "A name cannot begin with a space or a formula sign, nor end with a space ({character}).",
    ),
    "name.character": (
        "名称中第{at}个字符（{character}）不允许使用。",
        "Character {at} of the name ({character}) is not allowed in names.",
    ),
    "name.marks": (
        "名称中第{at}个字符处叠加符号过多。",
        "At character {at} of the name: too many combining marks in a row.",
    ),
    "name.scripts": (
        "名称不得混用以下文字：{scripts}。",
        "A name cannot mix these scripts: {scripts}.",
    ),
    "seal.form": (
        "加密正文的形式不符合规定。",
        "The encrypted body is not of the required form.",
    ),
    "seal.other-recipient": (
        "正文不是为本节点的此密钥加密的。",
        "The body is not encrypted for this key of this node.",
    ),
    "seal.not-opened": (
        "正文无法解密：内容被改动，或属于另一签署件或密钥。",
        "The body cannot be decrypted: it was changed, or belongs to another statement or key.",
    ),
    "blob.not-opened": (
        "附件无法解密：内容被改动或截断，或密钥不是此密钥。",
        "The attachment cannot be decrypted: it was changed or cut off, or the key is not this "
        "one.",
    ),
    "blob.other-file": (
        "附件{cipher}不是正文所述的文件。",
        "The attachment {cipher} is not the file that the body speaks of.",
    ),
    "blob.attachment": (
        "附件的字段{field}不符合规定。",
        "The field {field} of an attachment is not as it must be.",
    ),
    "blob.too-many": (
        "附件超过{limit}个。",
        "There are more than {limit} attachments.",
    ),
    "vault.key": (
        "存储密钥为{size}字节，应为{expected}字节。",
        "The storage key is {size} bytes; it must be {expected}.",
    ),
    "vault.not-opened": (
        "本节点保存的内容无法解密：内容被改动，或密钥不是此密钥。",
        "Something this node keeps cannot be decrypted: it was changed, or the key is not this "
        "one.",
    ),
}
