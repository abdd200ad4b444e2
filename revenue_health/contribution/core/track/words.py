"""What a forecast's range may be called: one of 90 % only where about nine in ten past ones held what came."""


def range_name(*, nine_in_ten: bool) -> str:
    """For heads and legends."""
    return "90 % range" if nine_in_ten else "range"


def range_sentence(low: str, high: str, *, nine_in_ten: bool, inside: int, forecasts: int) -> str:
    """For sentences, after where a period will land. inside: of so many past forecasts, how many ranges held."""
    if nine_in_ten:
        return f"in a 90 % range from {low} to {high}"
    if not forecasts:
        return f"in a range from {low} to {high} that no past quarter has tried yet"
    return f"in a range from {low} to {high} that held in {inside} of {forecasts} past forecasts"
