"""Who owned a stage when, for queries."""

FOREVER = 2**62
TENURES = f"""tenures AS (
    SELECT *, coalesce(lead(owned_from) OVER (PARTITION BY stage ORDER BY owned_from), {FOREVER}) AS owned_until
    FROM (
        SELECT stage, owner, -{FOREVER} AS owned_from, len(coalesce(later_owners, [])) > 0 AS dated FROM stages
        UNION ALL
        SELECT stage, later.owner, later.since, true FROM (SELECT stage, unnest(later_owners) AS later FROM stages)
    )
)"""  # noqa: S608  (numbers only)
"""SQL to follow WITH, over `stages` as `CustodyInput` has them: a row for each owner a stage had, from `owned_from` up
to and without `owned_until` (epoch seconds); dated: the stage had more than one."""

OWNED_THEN = "{instant} >= {tenure}.owned_from AND {instant} < {tenure}.owned_until"
"""Who owned it at an instant."""
OWNED_UNTIL_THEN = "{instant} > {tenure}.owned_from AND {instant} <= {tenure}.owned_until"
"""Who owned it up to an instant: what is changed at the instant a stage gets another owner is the former's."""
