"""Packs with identical content: frozen from one recompute, for one period, with equal figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.db.models import CharField, F, Func, Q

from departments.models import User
from revenue_health.review.models import Pack


class _FiguresDigest(Func):
    """Of what a pack shows, without its title and when and by whom it was frozen."""

    # By the database, which need not send the contents; md5 compares here, it proves nothing.
    template = "md5((%(expressions)s::jsonb - 'pack')::text)"
    output_field = CharField()


def identical_packs(packs: Sequence[Pack]) -> dict[int, Pack]:
    """For each pack whose figures were frozen before, the first of the packs that show them."""
    together = Counter((pack.run_number, pack.period_label) for pack in packs)
    several = [pack for pack in packs if together[pack.run_number, pack.period_label] > 1]
    if not several:
        return {}
    rows = Pack.objects.filter(pk__in=[pack.pk for pack in several]).annotate(digest=_FiguresDigest(F("content")))
    digests = dict(rows.values_list("pk", "digest"))
    first: dict[str, Pack] = {}
    twins: dict[int, Pack] = {}
    for pack in sorted(several, key=lambda pack: pack.pk):
        earlier = first.setdefault(digests[pack.pk], pack)
        if earlier is not pack:
            twins[pack.pk] = earlier
    return twins


def pack_readers() -> int:
    """How many people will see a pack: everybody who is anything to the company."""
    anything = Q(memberships__isnull=False) | Q(is_superuser=True)
    return User.objects.filter(anything, is_active=True).distinct().count()
