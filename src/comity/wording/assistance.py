"""Sentences of the area assistance."""

SENTENCES: dict[str, tuple[str, str]] = {
    "assistance.unknown-kind": (
        "“{kind}”不是协助请求的签署件种类。",
        "“{kind}” is not a kind of statement about requests for assistance.",
    ),
    "assistance.own-part": (
        "{kind}中的“{field}”缺失、不为所知或格式不符。",
        "In {kind}, “{field}” is missing, unknown or not of its form.",
    ),
    "assistance.profile-broken": (
        "请求类型文件在{where}处有误：“{problem}”。",
        "The profile file is broken at {where}: “{problem}”.",
    ),
    "assistance.unknown-profile": (
        "没有名为“{profile}”的请求类型。",
        "There is no request profile “{profile}”.",
    ),
    "assistance.field-missing": (
        "缺少必填字段：{field}。",
        "What must be given is missing: {field}.",
    ),
    "assistance.field-unknown": (
        "此请求类型没有字段“{field}”。",
        "This profile has no field “{field}”.",
    ),
    "assistance.field-shape": (
        "字段“{field}”的格式不符；写法如：{expected}",
        "The field “{field}” is not of its form; write it like: {expected}",
    ),
    "assistance.field-number": (
        "字段“{field}”含有非整数或过大的数；请写作文字。",
        "The field “{field}” has a number that is not whole, or too large; write it as text.",
    ),
    "assistance.field-depth": (
        "字段“{field}”的嵌套层数过多。",
        "The field “{field}” is nested too deeply.",
    ),
    "assistance.no-fields": (
        "请求没有fields节，或该节无法读取。",
        "The request has no section “fields”, or it cannot be read.",
    ),
    "assistance.act-differs": (
        "请求的字段与行为节中的“{field}”不一致。",
        "The fields of the request and “{field}” in its act are not the same.",
    ),
}
