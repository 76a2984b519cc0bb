"""Sentences of the area kit: usage, times, arguments."""

SENTENCES: dict[str, tuple[str, str]] = {
    "time.not-iso-8601": (
        "“{time}”不是带时区的ISO 8601时间，例如2026-11-20T02:31:00Z或2026-11-20T10:31+08:00。",
        "“{time}” is not an ISO 8601 time with a zone: 2026-11-20T02:31:00Z, for example.",
    ),
    "time.under-a-minute": ("不足1分钟", "under a minute"),
    "ask.missing": ("缺少参数{name}。", "The argument {name} is missing."),
    "ask.shape": (
        "参数{name}的格式不对。",
        "The argument {name} does not have the form it should have.",
    ),
    "ask.unknown": ("没有名为{name}的参数。", "There is no argument named {name}."),
    "ask.tag-text": (
        "{name}须写作“语言标签=文本”，每种语言一次。",
        "{name} is written TAG=TEXT, once for each language.",
    ),
    "problem.in-field": ("字段“{field}”：{told}", "The field “{field}”: {told}"),
    "usage.usage": ("用法：", "Usage: "),
    "usage.options": ("选项", "Options"),
    "usage.commands": ("命令", "Commands"),
    "usage.example": ("示例", "Example"),
    "usage.help": ("显示本说明。", "Show this and end."),
    "usage.no-such-command": ("没有名为{command}的命令", "there is no command {command}"),
    "usage.not-one-of": (
        "{name} 的值须为下列之一：{words}",
        "The value of {name} must be one of: {words}",
    ),
    "usage.missing": ("缺少 {name}。", "{name} is missing."),
    "usage.no-such-option": ("没有 {name} 这一选项。", "There is no option {name}."),
    "usage.bad-value": ("{name} 的值不对：{problem}", "The value of {name} is wrong: {problem}"),
    "usage.file": ("文件{name}打不开：{problem}", "The file {name} cannot be opened: {problem}"),
    "usage.extra": ("多出的词：{words}", "Too many words: {words}"),
    "usage.other": ("命令行有误：{problem}", "The command line is wrong: {problem}"),
    "usage.see-help": ("用法见：{command} --help", "How it is used: {command} --help"),
}
