"""transformers' `generate` on a folder in the Hugging Face layout.

In bfloat16 or float32, whichever is faster here, or in what the option `dtype` names.
"""

import torch
from number_type import number_type
from transformers import AutoModelForCausalLM, AutoTokenizer
from wire import TEMPERATURE, TOP_P, Generate, Settings, Work, answer


def load(settings: Settings) -> Generate:
    """Load the model; several prompts go in one padded batch."""
    torch.set_num_threads(settings.threads)
    tokenizer = AutoTokenizer.from_pretrained(settings.model, padding_side="left")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    kind = getattr(torch, number_type(torch, settings.options.get("dtype", "")))
    network = AutoModelForCausalLM.from_pretrained(settings.model, dtype=kind)
    network.generation_config.eos_token_id = None
    top_k = settings.number("top_k", 0)

    def generate(work: Work) -> int:
        chats = [[{"role": "user", "content": text}] for text in work.prompts]
        inputs = tokenizer.apply_chat_template(
            chats, add_generation_prompt=True, return_tensors="pt", padding=True, return_dict=True
        )
        with torch.inference_mode():
            out = network.generate(
                **inputs,
                do_sample=True,
                temperature=TEMPERATURE,
                top_p=TOP_P,
                top_k=top_k,
                num_return_sequences=work.samples,
                max_new_tokens=work.max_tokens,
                pad_token_id=tokenizer.pad_token_id,
            )
        return int(out[:, inputs["input_ids"].shape[1] :].numel())

    return generate


if __name__ == "__main__":
    answer(load)
