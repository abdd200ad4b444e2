"""The same deals grouped otherwise: by one attribute alone, or all together."""

from collections.abc import Hashable, Mapping

from revenue_health.contribution.core.gates.shares import Pipelines
from revenue_health.contribution.core.model.group import Group, joined

BY_SEGMENT, BY_ORIGIN, BY_AMOUNT, TOGETHER = "segment", "origin", "amount", "together"
"""Ways to group deals beside the comparison's own, which is by segment and origin."""


def regrouped(pipelines: Pipelines, by: str) -> Pipelines:
    """The groups of every pipeline put together by segment, by origin or altogether.

    Groups are named by (segment, origin), or by segment alone where origins were not told apart.
    """
    return {pipeline: _regrouped(groups, by) for pipeline, groups in pipelines.items()}


def _regrouped(groups: Mapping[Hashable, Group], by: str) -> dict[Hashable, Group]:
    parts: dict[Hashable, list[Group]] = {}
    for key, group in groups.items():
        parts.setdefault(_new_key(key, group, by), []).append(group)
    return {key: joined(same, origin=str(key) if by == BY_ORIGIN else "") for key, same in parts.items()}


def _new_key(key: Hashable, group: Group, by: str) -> Hashable:
    if by == TOGETHER:
        return ""
    if by == BY_ORIGIN:
        return group.origin
    return key[0] if isinstance(key, tuple) else key
