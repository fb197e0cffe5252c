"""The last decisions about the items of a supplier, counted."""

from collections.abc import Sequence

from msgspec import Struct

from pricebook.matching.log_schemas import LoggedDecision


class DecisionCounts(Struct, frozen=True):
    """Numbers of decisions; those taken back were made by auto-link and are not in effect."""

    number: int
    accepted: int
    rejected: int
    auto_linked: int
    taken_back: int


def count_decisions(decisions: Sequence[LoggedDecision]) -> DecisionCounts | None:
    """Return the numbers of decisions by people and by auto-link; None without any."""
    people = [each.action for each in decisions if each.kind == "decisions"]
    auto = [each.state for each in decisions if each.kind == "auto_link"]
    if not people and not auto:
        return None
    return DecisionCounts(
        number=len(decisions),
        accepted=people.count("accept"),
        rejected=people.count("reject"),
        auto_linked=len(auto),
        taken_back=len(auto) - auto.count("in_effect"),
    )
