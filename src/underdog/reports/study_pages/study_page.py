"""Page of a study: question, verdict, expectations with their evidence, tables; and its files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from underdog.files import write_atomic
from underdog.reports.figure import svg
from underdog.reports.study_pages.study_figure import study_figure
from underdog.studies.cell_store import cells_csv
from underdog.studies.expectations import StudyVerdict, judge_all
from underdog.studies.study import LEVELS, Results, Study, StudyTable

_VERSIONED = ("underdog", "torch", "transformers", "numpy")


@dataclass(frozen=True, slots=True)
class StudyReport:
    """What a study found under one setting.

    Attributes:
        study: The study.
        setting: Name of the setting.
        results: Its finished cells.
    """

    study: Study
    setting: str
    results: Results

    @property
    def verdict(self) -> StudyVerdict:
        """The judged expectations."""
        return judge_all(self.study.expectations(), self.results, self.setting)

    @property
    def tables(self) -> Sequence[StudyTable]:
        """The study's own tables."""
        return self.study.tables(self.results)

    def page(self) -> str:
        """The report in Markdown."""
        found, verdict = self.results, self.verdict
        minutes = sum(one.cpu_seconds for one in found.finished) / 60
        seeds = sorted({one.cell.seed for one in found.finished})
        lines = [
            f"# {self.study.title}",
            "",
            f"Study `{self.study.name}`, setting `{self.setting}`; level {self.study.level} "
            f"({LEVELS[self.study.level]}). After {self.study.source}.",
            "",
            f"**Verdict: {verdict.words}** ({verdict.reason}).",
            "",
            f"{len(found.finished)} of {len(found.expected)} cells, seeds "
            f"{', '.join(map(str, seeds))}, {minutes:.1f} CPU minutes, one thread each"
            f"{self._versions()}.",
            "",
            *_judgements(verdict),
        ]
        for table in self.tables:
            lines += [f"## {table.title}", "", *_table(table.columns, table.rows), ""]
        return "\n".join(lines)

    def write(self, folder: Path) -> list[Path]:
        """Write `results.md`, `cells.csv` and `figure.svg`.

        Returns:
            The files.

        Raises:
            UnderdogError: A file cannot be written.
        """
        panels = self.study.panels(self.results)
        files = {"cells.csv": cells_csv(self.results.finished)}
        page = self.page()
        if any(panel.points for panel in panels):
            files["figure.svg"] = svg(study_figure(panels)).encode()
            page += "\n![The figure](figure.svg)\n"
        files["results.md"] = page.encode()
        for name, data in files.items():
            write_atomic(folder / name, lambda file, data=data: file.write(data))
        return [folder / name for name in files]

    def _versions(self) -> str:
        if not self.results.finished:
            return ""
        named = self.results.finished[0].versions
        return "".join(f", {name} {named[name]}" for name in _VERSIONED if name in named)


def _judgements(verdict: StudyVerdict) -> list[str]:
    lines = ["## What was expected, and what came out", ""]
    for one in verdict.judgements:
        role = "primary" if one.primary else "secondary"
        lines += [f"- **{one.text}** ({role}): *{one.words}*. {one.evidence}"]
    return [*lines, ""]


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    rule = ["---", *["---:"] * (len(columns) - 1)]
    return [f"| {' | '.join(row)} |" for row in (columns, rule, *rows)]
