"""The tables of a rollout store, as numbered migrations.

A migration, once released, never changes: a new one is added at the end. The number applied last
is the file's `user_version`; `application_id` tells our files from other SQLite databases.
Seeds are text, because they may exceed SQLite's signed 64-bit integers. Free text is TEXT, or a
BLOB of UTF-8 when a model's text has lone surrogates.
"""
# ruff: noqa: S608  # statements are put together from the schema's own names only

from underdog.core import Usage

APPLICATION_ID = 0x75646F67  # "udog" in ASCII
_USAGE = """
    calls INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    cached_prompt_tokens INTEGER NOT NULL,
    generated_tokens INTEGER NOT NULL,
    verifier_calls INTEGER NOT NULL,
    verifier_tokens INTEGER NOT NULL,
    seconds REAL NOT NULL,
    flops REAL NOT NULL,
    cost_usd REAL NOT NULL
"""
USAGE_COLUMNS = tuple(Usage.__dataclass_fields__)

_FIRST = (
    """
    CREATE TABLE run (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        manifest TEXT NOT NULL,
        started_unix_s REAL NOT NULL
    )
    """,
    """
    CREATE TABLE arm (
        id INTEGER PRIMARY KEY,
        run_id INTEGER NOT NULL,
        key TEXT NOT NULL,
        name TEXT NOT NULL,
        UNIQUE (run_id, key)
    )
    """,
    """
    CREATE TABLE pool (
        id INTEGER PRIMARY KEY,
        task TEXT NOT NULL,
        problem_id NOT NULL,
        engine TEXT NOT NULL,
        form TEXT NOT NULL,
        prompt TEXT NOT NULL,
        params TEXT NOT NULL,
        root_seed TEXT NOT NULL,
        UNIQUE (problem_id, engine, form, prompt, params, root_seed, task)
    )
    """,
    f"""
    CREATE TABLE solution (
        pool_id INTEGER NOT NULL,
        idx INTEGER NOT NULL,
        engine TEXT NOT NULL,
        form TEXT NOT NULL,
        text NOT NULL,
        answer,
        vote_key,
        strict INTEGER NOT NULL,
        status TEXT NOT NULL,
        finish TEXT NOT NULL,
        trace BLOB,
        scores TEXT,
        detail NOT NULL,
        {_USAGE},
        UNIQUE (pool_id, idx)
    )
    """,
    f"""
    CREATE TABLE score (
        pool_id INTEGER NOT NULL,
        verifier TEXT NOT NULL,
        idx INTEGER NOT NULL,
        score REAL,
        {_USAGE},
        PRIMARY KEY (pool_id, verifier, idx)
    ) WITHOUT ROWID
    """,
    f"""
    CREATE TABLE outcome (
        arm_id INTEGER NOT NULL,
        place INTEGER NOT NULL,
        problem_id NOT NULL,
        status TEXT NOT NULL,
        score REAL NOT NULL,
        grade_detail NOT NULL,
        answer,
        confidence REAL NOT NULL,
        num_solutions INTEGER NOT NULL,
        group_name NOT NULL,
        sampled INTEGER NOT NULL,
        stopped_by TEXT,
        error,
        decision TEXT NOT NULL,
        {_USAGE},
        PRIMARY KEY (arm_id, problem_id)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE event (
        id INTEGER PRIMARY KEY,
        run_id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        detail TEXT NOT NULL,
        at_unix_s REAL NOT NULL
    )
    """,
)

_POOLS_BY_PREFIX = (
    """
    CREATE TABLE pool_by_prefix (
        id INTEGER PRIMARY KEY,
        task TEXT NOT NULL,
        problem_id NOT NULL,
        engine TEXT NOT NULL,
        form TEXT NOT NULL,
        prompt TEXT NOT NULL,
        params TEXT NOT NULL,
        root_seed TEXT NOT NULL,
        prefix TEXT NOT NULL DEFAULT '',
        UNIQUE (problem_id, engine, form, prompt, params, root_seed, task, prefix)
    )
    """,
    """
    INSERT INTO pool_by_prefix (id, task, problem_id, engine, form, prompt, params, root_seed)
        SELECT id, task, problem_id, engine, form, prompt, params, root_seed FROM pool
    """,
    "DROP TABLE pool",
    "ALTER TABLE pool_by_prefix RENAME TO pool",
)
"""Partial solutions are kept in pools of their own."""

_USAGE_CELLS = (
    "calls, prompt_tokens, cached_prompt_tokens, generated_tokens, verifier_calls, "
    "verifier_tokens, seconds, flops, cost_usd, wall_s"
)
_POOL_CELLS = "task, problem_id, engine, form, prompt, params, root_seed, prefix"
_POOL_OF_ROW = f"(SELECT row_checksum(0, {_POOL_CELLS}) FROM pool WHERE pool.id = pool_id)"
_POOL_SALT = f"coalesce({_POOL_OF_ROW}, 0)"
_CHECKED = (
    "ALTER TABLE solution ADD COLUMN wall_s REAL NOT NULL DEFAULT 0",
    "ALTER TABLE solution ADD COLUMN reader TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE solution ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE score ADD COLUMN wall_s REAL NOT NULL DEFAULT 0",
    "ALTER TABLE score ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE outcome ADD COLUMN wall_s REAL NOT NULL DEFAULT 0",
    "ALTER TABLE outcome ADD COLUMN grader TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE outcome ADD COLUMN failure NOT NULL DEFAULT ''",
    "ALTER TABLE outcome ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE run ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE arm ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE event ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0",
    f"""
    UPDATE solution SET checksum = row_checksum(
        {_POOL_SALT}, idx, engine, form, text, answer, vote_key, strict, status, finish, trace,
        scores, detail, {_USAGE_CELLS}, reader
    )
    """,
    f"""
    UPDATE score SET checksum = row_checksum(
        row_checksum({_POOL_SALT}, verifier), idx, score, {_USAGE_CELLS}
    )
    """,
    f"""
    UPDATE outcome SET checksum = row_checksum(
        0, problem_id, status, score, confidence, answer, num_solutions, group_name, failure,
        grader, {_USAGE_CELLS}, arm_id, place, grade_detail, sampled, stopped_by, error, decision
    )
    """,
    "UPDATE run SET checksum = row_checksum(0, name, manifest)",
    "UPDATE arm SET checksum = row_checksum(0, run_id, key, name)",
    "UPDATE event SET checksum = row_checksum(0, run_id, kind, detail, at_unix_s)",
)
"""Rows carry checksums; solutions and outcomes say what read and graded them (empty: unknown).

Rows that are here already are taken as they are, after a check of the whole file's structure.
"""

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST, _POOLS_BY_PREFIX, _CHECKED)
