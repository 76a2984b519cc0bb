"""The statistics of the bench are right; nothing here measures anything."""

import pytest
from bench.figures import Round, Timing, line, percentile, ratios, spread, told


def test_the_median_of_ratios_is_not_the_ratio_of_medians() -> None:
    """Each rate is divided by the limit of its own round."""
    found = ratios([100, 400, 90], [1000, 1000, 100])

    assert (found.median, found.low, found.high) == (0.4, 0.1, 0.9)
    assert found.median != 100 / 1000


def test_rounds_and_limits_belong_together() -> None:
    """A rate without its limit is a mistake of the bench, never left out silently."""
    with pytest.raises(ValueError, match="shorter"):
        ratios([1.0, 2.0], [1.0])


def test_an_even_number_of_rounds_has_its_middle_between_two() -> None:
    """As medians are defined."""
    assert spread([4, 1, 3, 2]).median == 2.5


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1), (0.501, 51)]
)
def test_a_percentile_is_a_value_that_was_measured(share: float, expected: int) -> None:
    """The nearest rank: that share of the values is not above it."""
    assert percentile(list(range(100, 0, -1)), share) == expected


def test_a_single_value_is_every_percentile() -> None:
    """Also p99 of one."""
    assert percentile([7.0], 0.5) == percentile([7.0], 0.99) == 7.0


def test_a_line_tells_rate_ratio_spread_and_percentiles() -> None:
    """One line a figure."""
    rounds = [
        Round(
            timing=Timing(whole=whole, seconds=(0.001, 0.002), processor_seconds=0.003),
            limits={"commits": 1000.0},
        )
        for whole in (0.005, 0.01, 0.02)
    ]

    text = line("registrations", rounds, remark="floor 0.18: met")

    assert "200/s" in text
    assert "= 0.200 [0.100..0.400] x commits" in text
    assert "p50 1.0 ms, p99 2.0 ms" in text
    assert "processor 1.5 ms each" in text
    assert text.endswith("floor 0.18: met")
    assert "\n" not in text


def test_rounds_during_which_the_machine_changed_are_counted_on_the_line() -> None:
    """They stay in the figure: leaving them out would be choosing."""
    timing = Timing(whole=1.0, seconds=(1.0,), processor_seconds=0.5)
    rounds = [
        Round(timing=timing, limits={"commits": 10.0}, uneven=uneven) for uneven in (True, False)
    ]

    assert "UNEVEN: 1 of 2 rounds" in line("exchanges", rounds)
    assert "UNEVEN" not in line("exchanges", rounds[1:])


def test_a_spread_is_told_with_its_ends() -> None:
    """Median first."""
    assert told(spread([0.25, 0.5, 0.75])) == "0.500 [0.250..0.750]"
