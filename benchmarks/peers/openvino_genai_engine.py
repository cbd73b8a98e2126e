"""OpenVINO GenAI's continuous batching, on a folder exported for OpenVINO or a GGUF file."""

from collections.abc import Sequence

import openvino_genai as genai
from wire import Generate, answer


def load(model: str) -> Generate:
    """Compile with the prefix cache on, as its documentation advises for shared prompts."""
    scheduler = genai.SchedulerConfig()
    scheduler.cache_size = 2
    scheduler.enable_prefix_caching = True
    scheduler.max_num_seqs = 256
    pipeline = genai.LLMPipeline(model, "CPU", scheduler_config=scheduler)
    tokenizer = pipeline.get_tokenizer()

    def generate(prompts: Sequence[str], samples: int, max_tokens: int) -> int:
        config = genai.GenerationConfig()
        config.max_new_tokens = max_tokens
        config.do_sample = True
        config.temperature = 0.8
        config.top_p = 0.95
        config.top_k = 40
        config.num_return_sequences = samples
        config.apply_chat_template = True
        result = pipeline.generate(list(prompts), config)
        return sum(tokenizer.encode(text).input_ids.shape[1] for text in result.texts)

    return generate


if __name__ == "__main__":
    answer(load)
