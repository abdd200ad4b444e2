"""Where a deal of an export stands: by its flags first, then by its stage."""

from __future__ import annotations

from departments.translation import gettext_noop
from pipeline.imports.snapshot.mapping import SnapshotMapping
from pipeline.imports.snapshot.outcome import LOST, WITHDRAWN, WON, Flags
from pipeline.imports.snapshot.rows import ExportReader, SourceRow

_EMPTY = gettext_noop(
    "is empty, as all cells of merged ones but the first are: write its stage into each row, or say what stage deals "
    "without one are in (stage_default)"
)


class PlaceReader:
    """Finds the stage of a deal, or that it is lost or withdrawn."""

    def __init__(self, mapping: SnapshotMapping, export: ExportReader) -> None:
        self._mapping, self._columns = mapping, mapping.deal
        self._problems, self._counted = export.problems, export.counted
        first = mapping.pipeline.key
        self._stages = {(s.pipeline or first, value): s.key for s in mapping.stages for value in s.activities}
        self._values = {value: part.key for part in mapping.all_pipelines for value in part.values}
        self._by_key = {stage.key: stage for stage in mapping.stages}
        self._losses = {
            value: WITHDRAWN if loss.withdrawn else LOST for loss in mapping.losses for value in loss.activities
        }
        self._won = {s.pipeline or first: s.key for s in reversed(mapping.stages) if s.earns}

    def ends(self, place: str) -> bool:
        """Whether a deal there is closed."""
        return place in (LOST, WITHDRAWN) or self._by_key[place].final or self._by_key[place].earns

    def pipeline(self, row: SourceRow) -> str | None:
        """The key of the pipeline a deal is in; None and a problem where the mapping has none for it."""
        if not self._mapping.pipelines:
            return self._mapping.pipeline.key
        value = row.get(self._columns.pipeline)
        if value in self._values:
            return self._values[value]
        reason = gettext_noop("is not a known pipeline: the mapping does not say which pipeline it is")
        self._problems.refuse_row(self._mapping.files.deals, row.line, self._columns.pipeline, value, reason)
        return None

    def place(self, row: SourceRow, flags: Flags, pipeline: str, dated: str | None = None) -> str | None:
        """A stage's key, `lost`, `withdrawn`, or None and a problem where neither flags nor stage say it. dated: what
        was entered last by the days of a list that has no stage, which is then where the deal is."""
        place = self._decided(row, flags, pipeline, dated)
        if place and flags.is_open and not flags.outcome and self.ends(place):
            by = self._columns.closed_flag if flags.closed else self._columns.stage
            what = gettext_noop("deals are open by their {status} and {ended} by their {by}; {by} decides")
            ended = place if place in (LOST, WITHDRAWN) else WON
            self._counted[what.format(status=self._columns.status, ended=ended, by=by)] += 1
        return place

    def _decided(self, row: SourceRow, flags: Flags, pipeline: str, dated: str | None) -> str | None:
        by_stage = self.of_value(row.get(self._columns.stage), pipeline)
        if by_stage is None and (not row.get(self._columns.stage) or self._columns.stage == self._columns.key):
            by_stage = dated
        if flags.outcome == WITHDRAWN or by_stage == WITHDRAWN:
            self._count_withdrawn(by_stage, flags)
            return WITHDRAWN
        if flags.outcome == WON:
            return self._by_won(by_stage, flags.by, pipeline)
        if flags.outcome == LOST:
            if by_stage not in (None, LOST) and self.ends(by_stage):
                self._counted[
                    gettext_noop("deals are won by their stage and lost by {by}; {by} decides").format(by=flags.by)
                ] += 1
            return LOST
        if flags.closed:
            return self._by_closed_flag(row, by_stage)
        if by_stage is None:
            return self._default(row, pipeline)
        if self._columns.closed_flag and self.ends(by_stage):
            self._counted[
                gettext_noop("deals are in a stage that ends them without {closed_flag}; the stage decides").format(
                    closed_flag=self._columns.closed_flag
                )
            ] += 1
        elif flags.not_won and by_stage != LOST and self.ends(by_stage):
            what = gettext_noop("deals are won by their stage and not by {won_flag}; the stage decides")
            self._counted[what.format(won_flag=self._columns.won_flag)] += 1
        return by_stage

    def of_value(self, value: str, pipeline: str) -> str | None:
        """A stage's key, `lost`, `withdrawn`, or None where no part of the mapping names the value there."""
        return self._losses.get(value) or self._stages.get((pipeline, value))

    def of_any(self, value: str) -> str | None:
        """The same where nothing says which pipeline: of a value that has one meaning in all of them."""
        places = {place for (_, of), place in self._stages.items() if of == value}
        return self._losses.get(value) or (places.pop() if len(places) == 1 else None)

    def _count_withdrawn(self, by_stage: str | None, flags: Flags) -> None:
        """Where one says withdrawn and the other says that the deal ended, nothing is silent."""
        if flags.outcome in (WON, LOST):
            what = gettext_noop("deals are withdrawn by their stage and {outcome} by {by}; the stage decides").format(
                outcome=flags.outcome, by=flags.by
            )
            self._counted[what] += 1
        elif flags.outcome and by_stage not in (None, WITHDRAWN) and self.ends(by_stage):
            ended = LOST if by_stage == LOST else WON
            self._counted[
                gettext_noop("deals are {ended} by their stage and withdrawn by {by}; {by} decides").format(
                    ended=ended, by=flags.by
                )
            ] += 1

    def _by_won(self, by_stage: str | None, by: str, pipeline: str) -> str:
        if by_stage == LOST:
            self._counted[
                gettext_noop("deals are lost by their stage and won by {by}; {by} decides").format(by=by)
            ] += 1
        if by_stage is not None and by_stage != LOST and self._by_key[by_stage].earns:
            return by_stage
        return self._won.get(pipeline, "")

    def _by_closed_flag(self, row: SourceRow, by_stage: str | None) -> str | None:
        """Closed and not won is lost; without a won_flag the stage has to say which of the two."""
        ended = by_stage is not None and self.ends(by_stage)
        if self._columns.won_flag:
            if ended and by_stage != LOST:
                self._counted[
                    gettext_noop("deals are won by their stage and not by {won_flag}; the flag decides").format(
                        won_flag=self._columns.won_flag
                    )
                ] += 1
            return LOST
        if ended:
            return by_stage
        reason = gettext_noop(
            "is the stage of a closed deal and says neither won nor lost; name a won_flag, or map the stage"
        )
        self._refuse(row, reason)
        return None

    def _default(self, row: SourceRow, pipeline: str) -> str | None:
        default = self._columns.stage_default
        value = row.get(self._columns.stage)
        if not default or self._mapping.pipeline_of(default) != pipeline:
            unknown = gettext_noop("is not a known stage: the mapping does not say what stage “{value}” is")
            self._refuse(row, unknown.format(value=value) if value else _EMPTY)
            return None
        if value:
            what = gettext_noop("deals are in a stage the mapping does not know; they are read as {default}")
            self._counted[what.format(default=default)] += 1
        else:
            what = gettext_noop(
                "deals have an empty cell as their stage, as all cells of merged ones but the first; they are read as "
                "{default}"
            )
            self._counted[what.format(default=default)] += 1
        return default

    def _refuse(self, row: SourceRow, reason: str) -> None:
        column = self._columns.stage
        self._problems.refuse_row(self._mapping.files.deals, row.line, column, row.get(column), reason)
