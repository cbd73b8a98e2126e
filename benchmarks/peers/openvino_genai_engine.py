"""OpenVINO GenAI's continuous batching, on a folder exported for OpenVINO."""

import openvino_genai as genai
from wire import TEMPERATURE, TOP_P, Generate, Settings, Work, answer


def load(settings: Settings) -> Generate:
    """Compile with the prefix cache on, as its documentation advises for shared prompts.

    Keys and values are kept in 8 bits unless `kv` says otherwise; ours are in `f16`.
    """
    scheduler = genai.SchedulerConfig()
    scheduler.cache_size = settings.number("cache_gb", 2)
    scheduler.enable_prefix_caching = True
    scheduler.max_num_seqs = 256
    properties = {"INFERENCE_NUM_THREADS": settings.threads}
    if "kv" in settings.options:
        properties["KV_CACHE_PRECISION"] = settings.options["kv"]
    pipeline = genai.LLMPipeline(settings.model, "CPU", scheduler_config=scheduler, **properties)
    tokenizer = pipeline.get_tokenizer()
    top_k = settings.number("top_k", 0)

    def generate(work: Work) -> int:
        config = genai.GenerationConfig()
        config.max_new_tokens = work.max_tokens
        config.ignore_eos = True
        config.do_sample = True
        config.temperature = TEMPERATURE
        config.top_p = TOP_P
        if top_k:
            config.top_k = top_k
        config.num_return_sequences = work.samples
        texts = [
            tokenizer.apply_chat_template([{"role": "user", "content": text}], True)
            for text in work.prompts
        ]
        inputs = tokenizer.encode(texts, add_special_tokens=False)
        result = pipeline.generate(inputs, config)
        return sum(len(tokens) for tokens in result.tokens)

    return generate


if __name__ == "__main__":
    answer(load)
