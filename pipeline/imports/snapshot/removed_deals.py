"""Deals that earlier files of a source had and this one has not, or flags as deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from departments.core.text import confusable_form
from departments.translation import gettext_noop
from pipeline.imports.snapshot.differences import Earlier
from pipeline.imports.snapshot.mapping import SnapshotMapping

_LISTED = 5
_MANY = 0.3
"""Where more of the open deals go away in one file, it was probably filtered."""


class Gone:
    """Which of them were withdrawn, and what is said of the others.

    A deal that the file itself flags (`skip_flag`) was deleted. One that is missing may have been filtered out of the
    export: it was withdrawn only where the mapping says that files are complete. Only deals that were open are
    withdrawn: those that ended are archived by many systems, and what they earned or lost stays.
    """

    def __init__(
        self, mapping: SnapshotMapping, earlier: Earlier | None, keys: set[str], skipped: Mapping[str, int]
    ) -> None:
        self._earlier, self._skip_flag = earlier, mapping.deal.skip_flag
        before_winning: set[str] = set()
        pipelines = {pipeline.key for pipeline in mapping.all_pipelines}
        for pipeline in pipelines:
            own = [s for s in mapping.stages if (s.pipeline or mapping.pipeline.key) == pipeline]
            first_won = next((n for n, stage in enumerate(own) if stage.earns or stage.final), None)
            before_winning |= {stage.key for stage in own[:first_won]}
        # What went to another pipeline is not missing here.
        gone = [key for key in earlier.gone(keys) if earlier.deals[key].went in ("", *pipelines)] if earlier else []
        new = {bare_key(key): key for key in sorted(keys - set(earlier.deals if earlier else ()))}
        self._renamed = [(key, new[bare_key(key)]) for key in gone if bare_key(key) in new]
        self._open = sum(deal.own and deal.place in before_winning for deal in earlier.deals.values()) if earlier else 0
        is_open = [key for key in gone if earlier and earlier.deals[key].place in before_winning]
        self._flagged = [key for key in is_open if key in skipped]
        self._missing = [key for key in is_open if key not in skipped and mapping.files.complete]
        ended = {*self._flagged, *self._missing}
        self._stay = [key for key in gone if key not in ended]

    @property
    def withdrawn(self) -> list[str]:
        """Keys of the deals that were withdrawn, in their order."""
        return sorted([*self._flagged, *self._missing])

    def row(self, key: str) -> list[str]:
        """The row of events.csv that withdraws a deal."""
        assert self._earlier is not None
        return self._earlier.withdrawn_row(key)

    def checks(self) -> list[str]:
        """Deals that went away and came under nearly the same key, which would stand there twice, and many deals that
        would be withdrawn at once."""
        sentences = []
        if self._renamed:
            listed = ", ".join(f"{old}, {new}" for old, new in self._renamed[:_LISTED])
            sentence = gettext_noop(
                "{count:,} deals of earlier files are gone and come again under nearly the same key ({listed}): if "
                "they are the same deals, they would count twice. Mend the keys in the file."
            )
            sentences.append(sentence.format(count=len(self._renamed), listed=listed))
        if len(self._missing) > _MANY * self._open:
            sentence = gettext_noop(
                "{count:,} of {open:,} deals that were open are not in this file and would be withdrawn: check that "
                "the export was not filtered."
            )
            sentences.append(sentence.format(count=len(self._missing), open=self._open))
        return sentences

    def notes(self) -> list[str]:
        """A sentence for each kind, with some of the deals."""
        sentences = []
        if self._flagged:
            sentences.append(
                gettext_noop("{flagged} have {skip_flag} set. They are withdrawn.").format(
                    flagged=_some(self._flagged), skip_flag=self._skip_flag
                )
            )
        if self._missing:
            said = gettext_noop("files are complete, so they are withdrawn")
            sentences.append(
                gettext_noop("{missing} are not in this one: {said}.").format(missing=_some(self._missing), said=said)
            )
        if self._stay:
            sentences.append(
                gettext_noop("{stay} are not in this one. They stay as they were.").format(stay=_some(self._stay))
            )
        return [f"{sentence[:1].upper()}{sentence[1:]}" for sentence in sentences]


def bare_key(key: str) -> str:
    """A key as it is but for how programs write it: capitals, spaces, look-alike letters, zeros in front, a number with
    `.0` behind it, and the three signs that Salesforce puts after its fifteen."""
    bare = re.sub(r"[\s_-]", "", confusable_form(key)).removesuffix(".0").lstrip("0")
    return bare[:-3] if re.fullmatch(r"00[a-zA-Z0-9]{16}", key) else bare


def _some(keys: Sequence[str]) -> str:
    listed = ", ".join(keys[:_LISTED]) + (" and others" if len(keys) > _LISTED else "")
    return gettext_noop("{count:,} deals of earlier files ({listed})").format(count=len(keys), listed=listed)
