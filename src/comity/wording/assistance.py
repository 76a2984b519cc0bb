"""Sentences of the area assistance."""

SENTENCES: dict[str, tuple[str, str]] = {
    "assistance.unknown-kind": (
        "“{kind}”不是协助请求的表示种类。",
        "“{kind}” is not a kind of statement about requests for assistance.",
    ),
    "assistance.own-part": (
        "{kind}中的“{field}”缺失、多余或格式不符。",
        "In {kind}, “{field}” is missing, unknown or not of its form.",
    ),
    "assistance.profile-broken": (
        "请求类型文件有误：{where}，“{problem}”。",
        "The profile file is broken at {where}: “{problem}”.",
    ),
    "assistance.unknown-profile": (
        "没有名为“{profile}”的请求类型。",
        "There is no request profile “{profile}”.",
    ),
    "assistance.field-missing": (
        "缺少必填字段“{field}”。",
        "The required field “{field}” is missing.",
    ),
    "assistance.field-unknown": (
        "此请求类型没有字段“{field}”。",
        "This profile has no field “{field}”.",
    ),
    "assistance.field-shape": (
        "字段“{field}”的格式不符，应如：{expected}",
        "The field “{field}” is not of its form; it is written like {expected}",
    ),
    "assistance.field-number": (
        "字段“{field}”含有非整数或过大的数；请改写为文字。",
        "The field “{field}” has a number that is not whole, or too large; write it as text.",
    ),
    "assistance.field-depth": (
        "字段“{field}”的嵌套层数过多。",
        "The field “{field}” is nested too deeply.",
    ),
    "assistance.no-fields": (
        "请求正文没有字段部分，或该部分无法读取。",
        "The request has no section of fields, or it cannot be read.",
    ),
    "assistance.act-differs": (
        "请求正文中的字段与签署内容中的“{field}”不一致。",
        "The fields of the request and “{field}” in what is signed are not the same.",
    ),
}
