"""vLLM's CPU build on a folder in the Hugging Face layout.

In bfloat16 or float32, whichever is faster here, or in what the option `dtype` names.
"""

import os
import sys
from pathlib import Path

from number_type import number_type
from wire import TEMPERATURE, TOP_P, Generate, Settings, Work, answer


def load(settings: Settings) -> Generate:
    """Load with the prefix cache on; settings are read from the environment on import."""
    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", settings.options.get("cache_gb", "2"))
    os.environ.setdefault("VLLM_CPU_OMP_THREADS_BIND", f"0-{settings.threads - 1}")
    os.environ.setdefault("VLLM_CPU_NUM_OF_RESERVED_CPU", "0")
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "WARNING")
    import torch
    from vllm import LLM, SamplingParams

    model = LLM(
        settings.model,
        dtype=number_type(torch, settings.options.get("dtype", "")),
        max_model_len=settings.number("context_tokens", 2048),
        max_num_seqs=256,
        enable_prefix_caching=True,
    )
    top_k = settings.number("top_k", 0)

    def generate(work: Work) -> int:
        params = SamplingParams(
            n=work.samples,
            temperature=TEMPERATURE,
            top_p=TOP_P,
            top_k=top_k,
            max_tokens=work.max_tokens,
            ignore_eos=True,
        )
        chats = [[{"role": "user", "content": text}] for text in work.prompts]
        outputs = model.chat(chats, params, use_tqdm=False)
        return sum(len(one.token_ids) for output in outputs for one in output.outputs)

    return generate


def preload() -> None:
    """Begin anew with Intel's OpenMP loaded first, as vLLM asks for on a CPU."""
    library = Path(sys.prefix) / "lib" / "libiomp5.so"
    if library.exists() and "LD_PRELOAD" not in os.environ:
        os.environ["LD_PRELOAD"] = str(library)
        os.execv(sys.executable, [sys.executable, *sys.argv])


if __name__ == "__main__":
    preload()
    answer(load)
