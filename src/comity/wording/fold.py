"""Sentences of the area fold."""

SENTENCES: dict[str, tuple[str, str]] = {
    "duration.not-iso-8601": (
        "“{duration}”不是以整数表示的ISO 8601时长；写法如PT4H、P30D或P1M。",
        "“{duration}” is not an ISO 8601 duration in whole units; write it like PT4H, P30D or P1M.",
    ),
}
