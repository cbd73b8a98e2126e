"""llama.cpp's own server out of xllamacpp, with the settings that serve many samples best.

Every slot has a key-value cache of its own (one unified cache is several times slower from 16
samples on), all samples of a prompt are asked for in one request, which reads it once, and no
log-probabilities are computed.
"""

import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import xllamacpp
from wire import TEMPERATURE, TOP_P, Generate, Settings, Work, answer


def load(settings: Settings) -> Generate:
    """Start the server; `slots` rows are decoded side by side."""
    slots = settings.number("slots", 64)
    params = xllamacpp.CommonParams()
    params.model.path = settings.model
    params.n_parallel = slots
    params.n_ctx = slots * settings.number("context_tokens", 512)
    params.kv_unified = False
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = settings.threads
    params.n_threads_http = slots + 8
    params.cache_ram_mib = 0
    params.warmup = False
    params.ui = False
    params.verbosity = 1
    server = xllamacpp.Server(params)
    top_k = settings.number("top_k", 0)

    def post(route: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            server.listening_address + route,
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)

    def sample(prompt: str, count: int, max_tokens: int) -> int:
        chat = [{"role": "user", "content": prompt}]
        text = post("/apply-template", {"messages": chat})["prompt"]
        body = {
            "prompt": text,
            "n_cmpl": count,
            "n_predict": max_tokens,
            "ignore_eos": True,
            "temperature": TEMPERATURE,
            "top_p": TOP_P,
            "top_k": top_k,
            "min_p": 0.0,
            "samplers": ["top_k", "top_p", "temperature"],
            "cache_prompt": True,
        }
        replies = post("/completion", body)
        rows = replies if isinstance(replies, list) else [replies]
        return sum(row["tokens_predicted"] for row in rows)

    def generate(work: Work) -> int:
        asked = [
            (prompt, min(slots, work.samples - first))
            for prompt in work.prompts
            for first in range(0, work.samples, slots)
        ]
        with ThreadPoolExecutor(slots) as pool:
            return sum(pool.map(lambda one: sample(*one, work.max_tokens), asked))

    return generate


if __name__ == "__main__":
    answer(load)
