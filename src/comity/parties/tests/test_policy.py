"""Registration policies: what a log takes, for machines and in two languages."""

from dataclasses import replace

import pytest

from comity.errors import FormatError
from comity.parties.inception import SIGN
from comity.parties.policy import Policy, check_policy, make_policy, read_policy
from comity.parties.tests.party_stories import NOW, known


def test_a_policy_is_read_as_it_was_made() -> None:
    """Wire profile 1.6: machine-readable, with both texts beside it."""
    aurelia = known("Aurelia")
    policy = Policy(seconds_ahead=120)

    spoken = make_policy(
        aurelia.party.id, policy, bytes(32), signer=aurelia.keys[SIGN], issued_at=NOW
    )

    assert read_policy(spoken.act) == policy
    check_policy(spoken.act, spoken.sections)
    assert "120" in spoken.sections["text.zh"].value.decode()
    assert "120" in spoken.sections["text.en"].value.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 2),
        ("issuers", "anybody"),
        ("labels", [1, 4]),
        ("low-s", False),
        ("algorithms", [-7]),
    ],
)
def test_an_unknown_policy_is_refused(field: str, value: str | int | list[int]) -> None:
    """A log under rules that this code does not know is not checked by them."""
    aurelia = known("Aurelia")
    spoken = make_policy(
        aurelia.party.id, Policy(), bytes(32), signer=aurelia.keys[SIGN], issued_at=NOW
    )

    with pytest.raises(FormatError) as refused:
        read_policy(replace(spoken.act, own={**spoken.act.own, field: value}))
    assert refused.value.code == "parties.policy"
