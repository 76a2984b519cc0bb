"""Sentences of the area cbor: the bytes are not deterministic CBOR."""

SENTENCES: dict[str, tuple[str, str]] = {
    "cbor.too-large": (
        "数据为{size}字节，超出上限{limit}字节。",
        "The data is {size} bytes; the limit is {limit}.",
    ),
    "cbor.trailing-bytes": (
        "偏移{at}处：数据项之后还有多余字节。",
        "At byte {at}: there is more after the end of the item.",
    ),
    "cbor.truncated": (
        "偏移{at}处：数据不完整。",
        "At byte {at}: the data ends too early.",
    ),
    "cbor.not-shortest": (
        "偏移{at}处：长度或数值未用最短形式编码。",
        "At byte {at}: a length or number is not in its shortest form.",
    ),
    "cbor.indefinite": (
        "偏移{at}处：不允许不定长编码。",
        "At byte {at}: indefinite lengths are not allowed.",
    ),
    "cbor.reserved": (
        "偏移{at}处：使用了保留的编码。",
        "At byte {at}: a reserved encoding is used.",
    ),
    "cbor.simple": (
        "偏移{at}处：不允许此简单值。",
        "At byte {at}: this simple value is not allowed.",
    ),
    "cbor.float": (
        "偏移{at}处：不允许浮点数。",
        "At byte {at}: floating-point numbers are not allowed.",
    ),
    "cbor.integer-range": (
        "偏移{at}处：整数超出-2^53至2^53 - 1的范围。",
        "At byte {at}: the integer is not between -2^53 and 2^53 - 1.",
    ),
    "cbor.not-unicode": (
        "偏移{at}处：文本不是有效的UTF-8。",
        "At byte {at}: the text is not valid UTF-8.",
    ),
    "cbor.not-nfc": (
        "偏移{at}处：文本不是NFC规范形式。",
        "At byte {at}: the text is not in Unicode NFC.",
    ),
    "cbor.too-deep": (
        "偏移{at}处：嵌套层数过多。",
        "At byte {at}: the nesting is too deep.",
    ),
    "cbor.unknown-tag": (
        "偏移{at}处：不允许标签{tag}。",
        "At byte {at}: tag {tag} is not allowed.",
    ),
    "cbor.key-type": (
        "偏移{at}处：映射的键既不是整数也不是文本。",
        "At byte {at}: a map key is neither an integer nor a text.",
    ),
    "cbor.duplicate-key": (
        "偏移{at}处：映射的键重复。",
        "At byte {at}: a map key occurs twice.",
    ),
    "cbor.key-order": (
        "偏移{at}处：映射的键未按顺序排列。",
        "At byte {at}: the map keys are not in order.",
    ),
    "cbor.type": (
        "类型{type}的值无法编码。",
        "A value of type {type} cannot be encoded.",
    ),
}
