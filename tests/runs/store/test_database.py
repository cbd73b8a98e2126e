import json
import os
import resource
import signal
import sqlite3
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.runs.store.test_store import POOL, solution
from underdog.core import PoolKey, Solution, StoredScore, TokenTrace, Usage
from underdog.errors import StoreError
from underdog.runs.store import database as database_module
from underdog.runs.store.checksums import row_checksum, sql_checksum
from underdog.runs.store.database import Database
from underdog.runs.store.row_codec import SOLUTION_COLUMNS
from underdog.runs.store.schema import APPLICATION_ID, MIGRATIONS
from underdog.runs.store.store import Store, pool_checksum
from underdog.runs.store.store_errors import store_error, translated


def filled(path: Path, count: int = 40) -> bytes:
    """Make a store with some solutions, all in the main file; its bytes."""
    path.write_bytes(_content(count))
    return path.read_bytes()


@lru_cache
def _content(count: int) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "runs.sqlite"
        _fill(path, count)
        return path.read_bytes()


def _fill(path: Path, count: int) -> None:
    trace = TokenTrace((-0.1, -0.2))
    with Store(path) as store:
        for index in range(count):
            row = replace(solution(index, "text é" * 40), trace=trace, scores={"v": 0.5})
            store.add_solutions(POOL, [row])


def add_until_it_fails(store: Store) -> None:
    for index in range(10, 1000):
        store.add_solutions(POOL, [solution(index, "long " * 400)])


def test_a_missing_store_is_not_made_unless_asked(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"no rollout store at .*missing"):
        Store(tmp_path / "missing.sqlite", create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot make the folder"):
        Store(tmp_path / "file" / "runs.sqlite")


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened; check that the folder"):
        Store(tmp_path)


def test_a_file_of_another_kind_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are notes, not a database\n" * 100)
    with pytest.raises(StoreError, match=r"notes\.txt.*not a rollout store"):
        Store(path)
    assert path.read_text().startswith("these are notes")


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE cats (name)", "PRAGMA user_version=3", "PRAGMA application_id=77"],
)
def test_a_database_of_others_is_refused_and_left_alone(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "cats.sqlite"
    foreign = sqlite3.connect(path)
    foreign.execute(statement)
    foreign.commit()
    foreign.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not a rollout store of underdog"):
        Store(path)
    assert path.read_bytes() == before


def test_a_newer_schema_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    filled(path, 1)
    newer = sqlite3.connect(path)
    newer.execute(f"PRAGMA user_version={len(MIGRATIONS) + 1}")
    newer.close()
    with pytest.raises(StoreError, match="pip install -U underdog"):
        Store(path)


def test_an_older_schema_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "runs.sqlite"
    filled(path, 3)
    later = (*MIGRATIONS, ("CREATE TABLE later (id INTEGER PRIMARY KEY)",))
    monkeypatch.setattr(database_module, "MIGRATIONS", later)
    with Store(path) as store:
        assert len(store.solutions(POOL, 0, 9)) == 3
        assert store.database.read("SELECT * FROM later") == []
        assert store.database.read("PRAGMA user_version") == [(len(later),)]


def test_pools_of_the_first_schema_are_those_of_whole_solutions(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    with sqlite3.connect(path) as old:
        for statement in MIGRATIONS[0]:
            old.execute(statement)
        old.execute(f"PRAGMA application_id={APPLICATION_ID}")
        old.execute("PRAGMA user_version=1")
        old.execute("INSERT INTO pool VALUES (7, 'sums', 'q1', 'e', 'cot', 'p', 'x', '0')")
        old.execute(
            f"INSERT INTO solution VALUES ({', '.join('?' * 22)})",
            (7, 0, "main", "cot", "old", None, None, 1, "ok", "stop", None, None, "", *[0] * 9),
        )
    old.close()
    pool = PoolKey("sums", "q1", "e", "cot", "p", "x", 0)
    with Store(path) as store:
        assert [one.text for one in store.solutions(pool, 0, 9)] == ["old"]
        assert store.solutions(replace(pool, prefix="y"), 0, 9) == []


def write_old_run(path: Path) -> None:
    """A run as the second schema stored it, without checksums or readers."""
    with sqlite3.connect(path) as old:
        for statement in (*MIGRATIONS[0], *MIGRATIONS[1]):
            old.execute(statement)
        old.execute(f"PRAGMA application_id={APPLICATION_ID}")
        old.execute("PRAGMA user_version=2")
        key = [POOL.task, POOL.problem_id, POOL.engine, POOL.form, POOL.prompt, POOL.params]
        old.execute(
            f"INSERT INTO pool VALUES (7, {', '.join('?' * 8)})", (*key, str(POOL.root_seed), "")
        )
        solution = (7, 4, "main", "cot", b"\xed\xa0\x80", "3", None, 1, "ok", "stop", None, None)
        old.execute(
            f"INSERT INTO solution VALUES ({', '.join('?' * 22)})", (*solution, "", *[2] * 9)
        )
        old.execute(f"INSERT INTO score VALUES ({', '.join('?' * 13)})", (7, "v", 4, 1, *[3] * 9))
        old.execute("INSERT INTO run VALUES (1, 'run', '{}', 0.0)")
        key = json.dumps(dict.fromkeys(("model", "form", "strategy", "budget", "engines"), "x"))
        old.execute("INSERT INTO arm VALUES (1, 1, ?, 'arm')", (key,))
        outcome = (1, 0, "q1", "right", 1, "", "3", 0.5, 4, "", 4, None, None, "{}")
        old.execute(f"INSERT INTO outcome VALUES ({', '.join('?' * 23)})", (*outcome, *[5] * 9))
        old.execute("INSERT INTO event VALUES (1, 1, 'started', '', 0.0)")
    old.close()


def test_rows_without_checksums_get_them_and_unknown_readers(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    write_old_run(path)
    for _ in range(2):
        with Store(path) as store:
            [one] = store.solutions(POOL, 0, 9)
            assert (one.index, one.text, one.answer, one.reader) == (4, "\ud800", "3", "")
            assert (one.usage.seconds, one.usage.wall_s, one.usage.flops) == (2.0, 0.0, 2.0)
            assert store.scores(POOL, "v", [4])[4].score == 1.0
            [run] = store.journal.runs()
            [arm] = run.results()
            [item] = arm.items
            assert (item.problem_id, item.status, item.grader, item.failure) == (
                "q1",
                "right",
                "",
                "",
            )
            assert [event.kind for event in run.events()] == ["started"]
            assert store.damaged_rows == 0


def test_a_damaged_old_file_gets_no_checksums(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    write_old_run(path)
    with sqlite3.connect(path) as old:
        old.execute("PRAGMA writable_schema=ON")
        old.execute(
            "UPDATE sqlite_schema SET sql = replace(sql, 'score REAL NOT', 'score TEXT NOT')"
        )
    old.close()
    with pytest.raises(StoreError, match=r"damaged|malformed|TEXT value|non-"):
        Store(path)


def test_an_empty_file_is_no_store_unless_one_is_made(tmp_path: Path) -> None:
    path = tmp_path / "typo.toml"
    path.touch()
    with pytest.raises(StoreError, match="is empty, not a rollout store"):
        Store(path, create=False)
    assert path.read_bytes() == b""


def test_a_failing_migration_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "runs.sqlite"
    filled(path, 3)
    broken = (*MIGRATIONS, ("CREATE TABLE later (id)", "CREATE TABLE later (id)"))
    with monkeypatch.context() as patch:
        patch.setattr(database_module, "MIGRATIONS", broken)
        with pytest.raises(StoreError, match="later already exists"):
            Store(path)
    with Store(path) as store:
        assert len(store.solutions(POOL, 0, 9)) == 3


def test_a_file_killed_before_its_first_table_is_completed(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    bare = sqlite3.connect(path)
    bare.execute("PRAGMA journal_mode=WAL")
    bare.close()
    with Store(path) as store:
        assert store.database.read("PRAGMA application_id") == [(APPLICATION_ID,)]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_truncated_file_is_refused_or_whole(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "runs.sqlite"
    whole = filled(path)
    path.write_bytes(whole[: data.draw(st.integers(1, len(whole) - 1), label="bytes kept")])
    try:
        with pytest.raises(StoreError, match=r"runs\.sqlite"):
            Store(path)
    finally:
        for left in tmp_path.iterdir():
            left.unlink()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damaged_bytes_end_in_a_typed_error_or_in_rows(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "runs.sqlite"
    damaged = bytearray(filled(path))
    for _ in range(data.draw(st.integers(1, 8), label="bytes changed")):
        place = data.draw(st.integers(0, len(damaged) - 1), label="place")
        damaged[place] = data.draw(st.integers(0, 255), label="value")
    path.write_bytes(bytes(damaged))
    try:
        with suppress(StoreError), Store(path) as store:
            assert len(store.solutions(POOL, 0, 40)) <= 40
    finally:
        for left in tmp_path.iterdir():
            left.unlink()


def test_a_full_disk_is_a_typed_error_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    filled(path, 10)
    with Store(path) as store:
        pages = store.database.read("PRAGMA page_count")[0][0]
        store.database.read(f"PRAGMA max_page_count={pages}")
        with pytest.raises(StoreError, match="disk is full; free space"):
            add_until_it_fails(store)
        store.database.read("PRAGMA max_page_count=1000000")
        rows = store.solutions(POOL, 0, 1000)
        kept = len(rows)
        assert [row.index for row in rows] == list(range(kept))
        store.add_solutions(POOL, [solution(kept)])
    with Store(path) as store:
        assert len(store.solutions(POOL, 0, 1000)) == kept + 1


def test_a_write_error_of_the_file_system_is_a_typed_error(tmp_path: Path) -> None:
    """In a child whose files may not grow, as under a quota."""
    path = tmp_path / "runs.sqlite"
    filled(path, 10)
    child = os.fork()
    if child == 0:
        code = 1
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        try:
            with Store(path) as store:
                add_until_it_fails(store)
        except StoreError as error:
            code = 0 if "run the same command again" in str(error) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with Store(path) as store:
        rows = store.solutions(POOL, 0, 1000)
        assert [row.index for row in rows] == list(range(len(rows)))
        assert len(rows) >= 10


def test_a_store_that_may_not_be_written_says_so(tmp_path: Path) -> None:
    with Store(tmp_path / "runs.sqlite") as store:
        store.database.read("PRAGMA query_only=ON")
        with pytest.raises(StoreError, match="may not be written; make the file"):
            store.add_solutions(POOL, [solution(0)])
        store.database.read("PRAGMA query_only=OFF")
        store.add_solutions(POOL, [solution(0)])


def test_a_locked_store_says_who_to_wait_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_LOCK_TIMEOUT_S", 0.01)
    path = tmp_path / "runs.sqlite"
    with Store(path) as one, Store(path) as other:
        with (
            one.database.transaction(),
            pytest.raises(StoreError, match="another process holds it locked"),
        ):
            other.add_solutions(POOL, [solution(0)])
        other.add_solutions(POOL, [solution(0)])
        assert len(one.solutions(POOL, 0, 1)) == 1


@pytest.mark.parametrize("released", [True, False])
def test_opening_waits_while_another_process_makes_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, released: bool
) -> None:
    path = tmp_path / "runs.sqlite"
    maker = sqlite3.connect(path, isolation_level=None)
    maker.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(database_module, "_LOCK_TIMEOUT_S", 0.001)
    monkeypatch.setattr(database_module.time, "sleep", lambda _: maker.execute("ROLLBACK"))
    if released:
        Store(path).close()
    else:
        monkeypatch.setattr(database_module, "_OPENING_S", -1.0)
        with pytest.raises(StoreError, match="another process holds it locked"):
            Store(path)
    maker.close()


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path / "runs.sqlite")
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.solutions(POOL, 0, 1)


def insert_and_be_interrupted(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute("INSERT INTO event VALUES (1, 1, 'a', 'b', 0.0, 0)")
        raise KeyboardInterrupt


def test_an_interrupt_inside_a_transaction_undoes_it(tmp_path: Path) -> None:
    database = Database(tmp_path / "runs.sqlite")
    with pytest.raises(KeyboardInterrupt):
        insert_and_be_interrupted(database)
    assert database.read("SELECT * FROM event") == []
    database.close()


DAMAGE = (
    *("trace = x'00'", "trace = x'6600000000ffffffff0000000000000000'", "scores = '{'"),
    *("text = x'ff'", "text = text || ' '", "answer = '5'", "generated_tokens = 3"),
    *("seconds = 2.5", "status = 'no_answer'", "engine = CAST(x'6dff' AS TEXT)", "flops = 1"),
    *("reader = 'x'", "checksum = checksum + 1", "vote_key = NULL", "idx = idx + 40"),
)


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_solution_is_a_hole_that_is_counted_and_filled_again(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "runs.sqlite"
    filled(path, 3)
    with Store(path) as store:
        whole = store.solutions(POOL, 0, 9)
        assert len(whole) == 3
        store.database.read(f"UPDATE solution SET {damage} WHERE idx = 1")
        for _ in range(2):
            assert [one.index for one in store.solutions(POOL, 0, 99)] == [0, 2]
        assert store.damaged_rows == 1
        assert caplog.text.count("damaged and is not used") == 1
        store.add_solutions(POOL, whole)
        assert store.solutions(POOL, 0, 40) == whole


def test_a_sound_row_that_cannot_be_read_is_a_typed_error(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    filled(path, 1)
    with Store(path) as store:
        cells = ", ".join(SOLUTION_COLUMNS)
        store.database.read("UPDATE solution SET scores = '{'")
        [row] = store.database.read(f"SELECT {cells} FROM solution")
        checksum = row_checksum(row, pool_checksum(POOL))
        store.database.read("UPDATE solution SET checksum = ?", (checksum,))
        with pytest.raises(StoreError, match="a row holds"):
            store.solutions(POOL, 0, 9)


def test_damage_that_only_the_whole_check_finds_keeps_an_old_file_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "runs.sqlite"
    write_old_run(path)
    before = path.read_bytes()
    whole = Database._pragma
    monkeypatch.setattr(
        Database,
        "_pragma",
        lambda self, name: "row 7 missing" if "integrity" in name else whole(self, name),
    )
    with pytest.raises(StoreError, match="row 7 missing"):
        Store(path)
    with sqlite3.connect(path) as old:
        assert old.execute("PRAGMA user_version").fetchone() == (2,)
    old.close()
    assert len(path.read_bytes()) == len(before)


def test_a_statement_that_cannot_be_run_is_a_typed_error(tmp_path: Path) -> None:
    with Store(tmp_path / "runs.sqlite") as store, pytest.raises(StoreError, match="no such"):
        store.database.read("SELECT * FROM nowhere")


@pytest.mark.parametrize("damage", ["score = 0.25", "score = NULL", "flops = 9", "checksum = 0"])
def test_a_damaged_score_is_not_used_and_is_made_again(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "runs.sqlite"
    filled(path, 3)
    scores = {index: StoredScore(index / 2, Usage(flops=2.0)) for index in range(3)}
    with Store(path) as store:
        store.add_scores(POOL, "luck", scores)
        store.add_scores(POOL, "other", scores)
        store.database.read(f"UPDATE score SET {damage} WHERE idx = 2 AND verifier = 'luck'")
        assert sorted(store.scores(POOL, "luck", range(3))) == [0, 1]
        assert store.scores(POOL, "other", range(3)) == scores
        assert store.damaged_rows == 1
        store.add_scores(POOL, "luck", scores)
        assert store.scores(POOL, "luck", range(3)) == scores


def test_rows_of_one_pool_are_damage_in_another(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    filled(path, 2)
    other = replace(POOL, problem_id="other")
    with Store(path) as store:
        store.add_solutions(other, [Solution(7, "main", "cot", "else")])
        store.database.read("UPDATE solution SET pool_id = 3 - pool_id")
        assert store.solutions(POOL, 0, 9) == store.solutions(other, 0, 9) == []
        assert store.damaged_rows == 3


ROW = ("text", b"trace", 3, 0.5, None, "", "\u00e9", 1 << 40)


def test_every_flipped_bit_of_a_cell_is_found() -> None:
    whole = row_checksum(ROW, 7)
    for bit in range(8 * 5):
        trace = (int.from_bytes(b"trace", "big") ^ (1 << bit)).to_bytes(5, "big")
        assert row_checksum(("text", trace, *ROW[2:]), 7) != whole
    others = [("tex", "t", *ROW[1:]), ("text", "trace", *ROW[2:]), (*ROW[:4], "", *ROW[5:])]
    assert whole not in {row_checksum(other, 7) for other in others}
    assert row_checksum(ROW, 8) != whole == sql_checksum(7, *ROW)


def test_the_layout_of_cells_is_pinned() -> None:
    """Were it another under some Python, the rows of all older files would count as damaged."""
    assert row_checksum(ROW) == 3995822345


def test_an_error_without_a_code_keeps_its_own_words() -> None:
    message = str(store_error("x.sqlite", sqlite3.ProgrammingError("odd")))
    assert message == "rollout store x.sqlite: odd"


def test_power_loss_is_survived_by_syncing_every_commit(tmp_path: Path) -> None:
    levels: dict[str, int] = {}
    for survives in ("process death", "power loss"):
        database = Database(tmp_path / "runs.sqlite", survives)  # type: ignore[arg-type]
        levels[survives] = database.read("PRAGMA synchronous")[0][0]
        database.close()
    assert levels == {"process death": 1, "power loss": 2}


def test_damaged_bytes_in_a_message_of_sqlite_are_called_damage() -> None:
    with pytest.raises(StoreError, match="damaged"), translated("x.sqlite"):
        b"\x80".decode()


def test_a_file_that_another_process_is_making_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure, calls = Database._configure, []

    def busy_once(self: Database, survives: str) -> None:
        calls.append(survives)
        if len(calls) == 1:
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise error
        configure(self, survives)

    monkeypatch.setattr(Database, "_configure", busy_once)
    Database(tmp_path / "new.db", "process death", True).close()
    assert len(calls) == 2


def test_damage_that_only_the_check_finds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pragma = Database._pragma

    def damaged(self: Database, name: str) -> object:
        return "row 1 missing from index" if name == "quick_check(1)" else pragma(self, name)

    monkeypatch.setattr(Database, "_pragma", damaged)
    with pytest.raises(StoreError, match="row 1 missing"):
        Database(tmp_path / "damaged.db", "process death", True)
