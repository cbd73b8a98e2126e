import asyncio
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.runs.toys import toy_bench, toy_problems
from underdog.core import PoolKey, Solution, StoredScore, TokenTrace, Usage
from underdog.errors import UnderdogError
from underdog.runs import export as export_module
from underdog.runs.export import export_parquet
from underdog.runs.manifest import describe
from underdog.runs.runner import Arm, run_arm
from underdog.runs.store.store import Store
from underdog.strategies.best_of_n import BestOfN


def test_everything_is_exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_module, "_BATCH_ROWS", 7)
    problems = toy_problems(6)
    with Store(tmp_path / "runs.sqlite") as store:
        arm = Arm("arm", BestOfN(4, "luck"), toy_bench(store))
        run = store.journal.begin("run", describe({}, problems, task="sums", split="test"))
        result = asyncio.run(run_arm(arm, problems, run=run))
        paths = export_parquet(store, tmp_path / "out")
        rows = {path.stem: pq.read_table(path).to_pylist() for path in paths}
        assert list(rows) == ["solutions", "scores", "outcomes"]
        assert [len(part) for part in rows.values()] == [24, 24, 6]
        outcome = rows["outcomes"][0]
        item = result.items[0]
        assert (outcome["run"], outcome["arm"], outcome["status"]) == ("run", "arm", item.status)
        assert outcome["generated_tokens"] == item.usage.generated_tokens
        first = rows["solutions"][0]
        problem_ids = sorted({row["pool_problem_id"] for row in rows["solutions"]})
        assert problem_ids == [f"q{place}" for place in range(6)]
        assert len(first["logprobs"]) == 2
        assert first["strict"] is True
        assert rows["scores"][0]["verifier"] == "luck"


def test_an_empty_store_gives_empty_files(tmp_path: Path) -> None:
    with Store(":memory:") as store:
        tables = [pq.read_table(path) for path in export_parquet(store, tmp_path)]
        assert [table.num_rows for table in tables] == [0, 0, 0]
        assert "pool_root_seed" in tables[0].column_names


def test_text_that_is_not_unicode_is_still_exported(tmp_path: Path) -> None:
    pool = PoolKey("t", "q", "e", "f", "p", "s", 1 << 63)
    with Store(":memory:") as store:
        odd = Solution(0, "main", "f", "a\ud800b", trace=TokenTrace((-0.5,)), usage=Usage(1))
        store.add_solutions(pool, [odd])
        store.add_scores(pool, "v", {0: StoredScore(None)})
        paths = export_parquet(store, tmp_path)
        [row] = pq.read_table(paths[0]).to_pylist()
        assert row["text"] == "a?b"
        assert row["answer"] is None
        assert row["pool_root_seed"] == str(1 << 63)
        assert pq.read_table(paths[1]).to_pylist()[0]["score"] is None


def test_a_folder_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with Store(":memory:") as store, pytest.raises(UnderdogError, match="choose another folder"):
        export_parquet(store, tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
