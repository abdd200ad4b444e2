"""The second gate: the interval of all parties at once, and its distance from zero.

A page shows six or ten departments side by side and a reader looks at the one that stands out, so each interval has to
hold while all others do: the critical value is that of the largest |t| among the parties, whose correlations the
replicates know (Romano and Wolf, JASA 100 (2005) 94; Westfall and Young, Resampling-Based Multiple Testing (1993)).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from departments.translation import gettext_noop
from revenue_health.contribution.core.flows import Floats
from revenue_health.contribution.core.gates.gate import Gate
from revenue_health.contribution.core.intervals import CAUTION, standard_error, t_95

LEVEL = 0.9
DRAWS = 20_000
SEED = 2005
"""Of the draws behind the critical value: the same shares get the same interval."""


type Money = Callable[[float], str]


def plain(amount: float) -> str:
    """An amount as a whole number."""
    return f"{amount:,.0f}"


@dataclass(frozen=True, kw_only=True)
class Simultaneous:
    """critical: half a simultaneous interval in standard errors. half, single: by party, half the simultaneous and
    half the single 90 % interval, in the unit of the shares."""

    critical: float
    half: dict[str, float]
    single: dict[str, float]


def simultaneous(replicates: Mapping[str, Floats], sampling_errors: Mapping[str, float] | None = None) -> Simultaneous:
    """Intervals that hold for all parties at once nine times in ten.

    replicates: by party, jackknife replicates of its share [1 + B], the whole first. sampling_errors: of shares whose
    orders were sampled. A party whose share does not vary has no width and takes no part in the critical value.
    """
    keys = list(replicates)
    errors = {
        key: float(np.hypot(standard_error(replicates[key]), (sampling_errors or {}).get(key, 0.0))) for key in keys
    }
    varying = [key for key in keys if errors[key] > 0]
    # The whole and B replicates have B - 1 degrees of freedom.
    degrees = min((replicates[key].size - 2 for key in keys), default=0)
    critical = CAUTION * _largest_t([replicates[key] for key in varying], degrees)
    single = CAUTION * t_95(max(degrees, 1))
    return Simultaneous(
        critical=critical,
        half={key: critical * errors[key] if errors[key] else 0.0 for key in keys},
        single={key: single * errors[key] if errors[key] else 0.0 for key in keys},
    )


def _largest_t(replicates: Sequence[Floats], degrees: int) -> float:
    """The 90th percentile of the largest |t| of parties that vary together as their replicates do."""
    if degrees < 2:
        return float("inf")
    if len(replicates) < 2:
        return t_95(degrees)
    away = np.array([values[1:] - values[0] for values in replicates])
    correlation = np.corrcoef(away)
    # Not Cholesky: correlations of few replicates may be singular, with eigenvalues a rounding error below zero.
    values, vectors = np.linalg.eigh(np.nan_to_num(correlation, nan=0.0))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    rng = np.random.default_rng(SEED)
    normal = rng.standard_normal((DRAWS, len(replicates))) @ root.T
    scale = np.sqrt(rng.chisquare(degrees, DRAWS) / degrees)
    return float(np.quantile(np.abs(normal / scale[:, None]).max(axis=1), LEVEL))


def interval_gate(*, share: float, half: float, margin: float, money: Money = plain) -> Gate:
    """Whether the whole simultaneous interval lies beyond the margin, on one side of zero.

    share, half, margin: amounts in one unit. money: how the sentence writes an amount.
    """
    if not np.isfinite(half):
        return Gate(passed=False, detail=gettext_noop("too few groups of deals for an interval"))
    if abs(share) - half > margin:
        return Gate(
            passed=True, detail=gettext_noop("beyond zero by at least {amount}").format(amount=money(abs(share) - half))
        )
    if abs(share) > half:
        return Gate(
            passed=False,
            detail=gettext_noop("not zero, but possibly below {margin}, and nobody is named for less").format(
                margin=money(margin)
            ),
        )
    return Gate(
        passed=False,
        detail=gettext_noop("the interval includes zero; less than {amount} either way would not show").format(
            amount=money(half + margin)
        ),
    )
