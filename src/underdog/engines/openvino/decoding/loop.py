"""The decoding loop: one thread that keeps a batch full (continuous batching, as in Orca).

Every step reads parts of waiting prompts and extends every running row by a token, in one call of
the decoder. A prompt is read once; its rows branch off it by sharing its full blocks and copying
the last one. A finished row leaves at once and the next one takes its slot. Cache blocks for the
longest possible completion are reserved before a prompt or row begins, so that none is preempted.
"""

import queue
import threading
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from underdog.core import ModelShape, SamplingParams
from underdog.engines.openvino.compiled.cache_blocks import BLOCK_TOKENS, BlockPool
from underdog.engines.openvino.compiled.decoder import Decoder, Logits, TokenChunk
from underdog.engines.openvino.decoding.counters import Counters
from underdog.engines.openvino.decoding.jobs import Job, SampleJob, ScoreJob
from underdog.engines.openvino.decoding.row import DecodingRow
from underdog.engines.openvino.decoding.sampling import Ints, draw, log_normaliser
from underdog.engines.openvino.decoding.shaping import shaped
from underdog.errors import EngineError
from underdog.models.tokenizer.vocabulary import Vocabulary

_READ_TOKENS = 256
_READ_LOGITS = 64
_SEEDS = 1 << 64

Running: TypeAlias = tuple[SampleJob, DecodingRow]


class DecodingLoop:
    """Runs jobs on a decoder in a thread of its own.

    Args:
        decoder: The compiled model.
        vocabulary: The model's tokenizer.
        shape: Architecture, for counting FLOPs.
        num_blocks: Number of blocks of the decoder's KV cache.
        max_rows: Most rows decoded side by side.
    """

    def __init__(
        self,
        decoder: Decoder,
        vocabulary: Vocabulary,
        shape: ModelShape,
        *,
        num_blocks: int,
        max_rows: int,
    ) -> None:
        self._decoder = decoder
        self._vocabulary = vocabulary
        self._shape = shape
        self._pool = BlockPool(num_blocks)
        self._unreserved = num_blocks
        self._max_rows = max_rows
        self._counters = Counters()
        self._inbox: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._waiting: deque[Job] = deque()
        self._reading: deque[Job] = deque()
        self._ready: deque[SampleJob] = deque()
        self._running: list[Running] = []
        self._gate = threading.Lock()
        self._closed: EngineError | None = None
        self._thread = threading.Thread(target=self._run, name="underdog-openvino", daemon=True)
        self._thread.start()

    @property
    def counters(self) -> Counters:
        """A copy of the counts so far."""
        return replace(self._counters)

    def submit(self, job: Job) -> None:
        """Queue a job, from any thread. Raises `EngineError` when the loop has ended."""
        with self._gate:
            if self._closed is not None:
                raise self._closed
            self._inbox.put(job)

    def close(self) -> None:
        """End the thread; unfinished jobs fail with `EngineError`. May be called twice."""
        self._shut(EngineError("the openvino engine is closed; open a new one"))
        self._inbox.put(None)
        self._thread.join()

    def _shut(self, reason: EngineError) -> None:
        with self._gate:
            self._closed = self._closed or reason

    def _run(self) -> None:
        try:
            while self._receive():
                self._step()
        except Exception as error:  # noqa: BLE001  the thread's boundary: callers get it as theirs
            self._shut(EngineError(f"the openvino engine failed: {error}"))
        self._abandon()

    def _receive(self) -> bool:
        """Take in new jobs, waiting for one when idle; return whether the loop goes on."""
        idle = not (self._waiting or self._reading or self._ready or self._running)
        while self._closed is None:
            try:
                job = self._inbox.get(block=idle)
            except queue.Empty:
                break
            idle = False
            if job is not None:
                self._waiting.append(job)
        return self._closed is None

    def _abandon(self) -> None:
        """Fail all unfinished jobs; by now no more can be submitted."""
        reason = self._closed or EngineError("the openvino engine ended")
        while not self._inbox.empty():
            job = self._inbox.get()
            if job is not None:
                self._waiting.append(job)
        running = dict.fromkeys(job for job, _ in self._running)
        for job in dict.fromkeys([*self._waiting, *self._reading, *self._ready, *running]):
            job.deliver(reason)

    def _step(self) -> None:
        self._forget_cancelled()
        self._branch()
        self._begin()
        chunks = [self._extension(row) for _, row in self._running]
        read = self._read_chunks()
        chunks.extend(chunk for _, chunk in read)
        if not chunks:
            return
        logits = self._decoder.forward(chunks)
        self._counters.steps += 1
        self._counters.slots += self._max_rows
        self._counters.rows += len(self._running)
        self._counters.read_tokens += sum(len(chunk.tokens) for _, chunk in read)
        extended, self._running = self._running, []
        self._take(logits, np.arange(len(extended)), extended)
        self._hand_out(logits, read, len(extended))

    def _extension(self, row: DecodingRow) -> TokenChunk:
        if row.past == len(row.blocks) * BLOCK_TOKENS:
            row.blocks.append(self._pool.take())
        chunk = TokenChunk(
            (row.last_token,), row.past, row.blocks, 0, row.params.temperature or 1.0
        )
        row.past += 1
        return chunk

    def _begin(self) -> None:
        """Begin to read waiting prompts while slots will soon be free and blocks are available."""
        wanted = self._max_rows - len(self._running) + self._max_rows // 2
        ahead = sum(job.rows_left for job in self._ready)
        ahead += sum(job.rows_left for job in self._reading if isinstance(job, SampleJob))
        while self._waiting and ahead < wanted:
            job = self._waiting[0]
            if job.reserve > self._unreserved:
                break
            self._waiting.popleft()
            self._unreserved -= job.reserve
            self._reading.append(job)
            ahead += job.rows_left if isinstance(job, SampleJob) else 1

    @staticmethod
    def _used_reserve(job: Job) -> int:
        """Number of a job's reserved blocks that have passed to its first row."""
        return job.row_reserve if isinstance(job, SampleJob) and job.next_row else 0

    def _read_chunks(self) -> list[tuple[Job, TokenChunk]]:
        """Parts of prompts to read in this step, the oldest first."""
        room, logit_room = _READ_TOKENS, _READ_LOGITS
        chunks: list[tuple[Job, TokenChunk]] = []
        for job in list(self._reading):
            if not job.reading.blocks:
                job.reading.begin(self._pool)
                self._counters.cached_tokens += job.reading.cached
            chunk = job.next_chunk(room, logit_room)
            if chunk is None:
                break
            job.reading.keep(self._pool)
            chunks.append((job, chunk))
            room -= len(chunk.tokens)
            logit_room -= len(chunk.tokens) - chunk.logits_from
            if not job.reading.done:
                break
        return chunks

    def _hand_out(self, logits: Logits, read: list[tuple[Job, TokenChunk]], at: int) -> None:
        for job, chunk in read:
            count = len(chunk.tokens) - chunk.logits_from
            if isinstance(job, ScoreJob):
                self._score(job, chunk, logits, np.arange(at, at + count))
            elif count:
                job.logits = logits.copied(at)
            at += count
            if job.reading.done:
                self._reading.remove(job)
                self._read_out(job)

    def _read_out(self, job: Job) -> None:
        if isinstance(job, SampleJob):
            self._ready.append(job)
            return
        self._pool.drop(job.reading.blocks)
        self._unreserved += job.reserve
        job.deliver(job.logprobs)

    def _score(self, job: ScoreJob, chunk: TokenChunk, logits: Logits, rows: Ints) -> None:
        first = chunk.past + chunk.logits_from + 1
        tokens = np.array(job.reading.tokens[first : first + len(rows)], np.int64)
        rows = rows[: len(tokens)]
        found = np.minimum(logits.values_MV[rows, tokens] - log_normaliser(logits, rows), 0.0)
        job.logprobs.extend(found.tolist())

    def _branch(self) -> None:
        """Start rows of prompts that have been read, as far as slots and blocks allow."""
        while self._ready and len(self._running) < self._max_rows:
            job = self._ready[0]
            started: list[Running] = []
            while job.rows_left and len(self._running) + len(started) < self._max_rows:
                reserve = job.further_reserve()
                if reserve > self._unreserved:
                    break
                self._unreserved -= reserve
                started.append((job, self._new_row(job)))
            if job.logits is not None and started:
                self._take(job.logits, np.zeros(len(started), np.int64), started)
            if job.rows_left:
                return
            self._ready.popleft()
            job.logits = None
            self._pool.drop(job.reading.blocks)

    def _new_row(self, job: SampleJob) -> DecodingRow:
        row = job.new_row(self._pool)
        if row.past % BLOCK_TOKENS:
            row.blocks.append(self._pool.take())
            self._decoder.copy_block(job.reading.blocks[-1], row.blocks[-1])
        return row

    def _take(self, logits: Logits, at: Ints, rows: Sequence[Running]) -> None:
        """Draw a token for each row; finished rows leave the batch."""
        groups: defaultdict[SamplingParams, list[int]] = defaultdict(list)
        for place, (_, row) in enumerate(rows):
            groups[row.params].append(place)
        for params, places in groups.items():
            chosen = [rows[place] for place in places]
            seeds = np.array([row.seed % _SEEDS for _, row in chosen], np.uint64)
            positions = np.array([row.num_sampled for _, row in chosen])
            changed = self._changed(logits, at[places], chosen) if params.shaped else None
            drawn = draw(logits, at[places], seeds, positions, params, changed)
            columns = [drawn.logprobs, drawn.confidence, drawn.self_certainty]
            numbers = zip(
                *(column.tolist() for column in columns if column is not None), strict=True
            )
            for (_, row), token, trace in zip(chosen, drawn.tokens.tolist(), numbers, strict=True):
                if row.finish is None:
                    row.push(token, trace, self._vocabulary)
        for job, row in rows:
            if job.tell is not None:
                job.tell(row.news())
            if row.finish is None:
                self._running.append((job, row))
            else:
                self._pool.drop(row.blocks)
                self._unreserved += job.row_reserve
                if job.record(row, self._shape):
                    self._unreserved += job.reserve - job.row_reserve
                    job.hand_over()

    @staticmethod
    def _changed(logits: Logits, at: Ints, rows: Sequence[Running]) -> Logits:
        """Shaped logits of rows with penalties or constraints; a row without any token fails."""
        shapers = [row.shaper for _, row in rows if row.shaper is not None]
        changed, possible = shaped(logits, at, shapers)
        for (_, row), shaper, any_token in zip(rows, shapers, possible, strict=True):
            if not any_token:
                row.fail(shaper.error)
        return changed

    def _forget_cancelled(self) -> None:
        for job in dict.fromkeys(
            [*self._reading, *self._ready, *(job for job, _ in self._running)]
        ):
            if job.cancelled:
                self._unreserved += job.reserve - self._used_reserve(job)
        for job, row in self._running:
            if job.cancelled:
                self._pool.drop(row.blocks)
                self._unreserved += job.row_reserve
        for job in [*self._reading, *self._ready]:
            if job.cancelled:
                self._pool.drop(job.reading.blocks)
        self._running = [(job, row) for job, row in self._running if not job.cancelled]
        self._waiting = deque(job for job in self._waiting if not job.cancelled)
        self._reading = deque(job for job in self._reading if not job.cancelled)
        self._ready = deque(job for job in self._ready if not job.cancelled)
