"""What a forecast's range may be called: one of 90 % only where about nine in ten past ones held what came."""

from departments.translation import gettext as _
from departments.translation import gettext_noop


def range_name(*, nine_in_ten: bool) -> str:
    """For heads and legends."""
    return gettext_noop("90 % range") if nine_in_ten else gettext_noop("range")


def range_sentence(low: str, high: str, *, nine_in_ten: bool, inside: int, forecasts: int) -> str:
    """For sentences, after where a period will land. inside: of so many past forecasts, how many ranges held."""
    if nine_in_ten:
        return _("in a 90 % range from {low} to {high}").format(low=low, high=high)
    if not forecasts:
        return _("in a range from {low} to {high} that no past quarter has tried yet").format(low=low, high=high)
    return _("in a range from {low} to {high} that held in {inside} of {forecasts} past forecasts").format(
        low=low, high=high, inside=inside, forecasts=forecasts
    )
