"""The same deals grouped otherwise: by one attribute alone, or all together."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from functools import reduce

from revenue_health.contribution.core.flows import FlowArrays
from revenue_health.contribution.core.gates.shares import Pipelines
from revenue_health.contribution.core.model.groups import Group

BY_SEGMENT, BY_ORIGIN, BY_AMOUNT, TOGETHER = "segment", "origin", "amount", "together"
"""Ways to group deals beside the comparison's own, which is by segment and origin."""


def regrouped(pipelines: Pipelines, by: str) -> Pipelines:
    """The groups of every pipeline put together by segment, by origin or altogether.

    Groups are named by (segment, origin), or by segment alone where origins were not told apart.
    """
    return {pipeline: _regrouped(groups, by) for pipeline, groups in pipelines.items()}


def _regrouped(groups: Mapping[Hashable, Group], by: str) -> dict[Hashable, Group]:
    joined: dict[Hashable, list[Group]] = {}
    for key, group in groups.items():
        joined.setdefault(_new_key(key, group, by), []).append(group)
    return {key: _sum(parts, group_origin=str(key) if by == BY_ORIGIN else "") for key, parts in joined.items()}


def _new_key(key: Hashable, group: Group, by: str) -> Hashable:
    if by == TOGETHER:
        return ""
    if by == BY_ORIGIN:
        return group.origin
    return key[0] if isinstance(key, tuple) else key


def _sum(parts: list[Group], *, group_origin: str) -> Group:
    return replace(
        parts[0],
        baseline=reduce(FlowArrays.plus, (part.baseline for part in parts)),
        period=reduce(FlowArrays.plus, (part.period for part in parts)),
        target=None,
        origin=group_origin,
    )
