"""Sentences of the area fold."""

SENTENCES: dict[str, tuple[str, str]] = {
    "duration.not-iso-8601": (
        "“{duration}”不是以整数表示的 ISO 8601 时长，例如 PT4H、P30D、P1M。",
        "“{duration}” is not an ISO 8601 duration in whole units, for example PT4H, P30D or P1M.",
    ),
}
