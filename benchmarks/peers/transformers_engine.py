"""transformers' `generate` in bfloat16, on a folder in the Hugging Face layout."""

from collections.abc import Sequence

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from wire import Generate, answer


def load(model: str) -> Generate:
    """Load the model; several prompts go in one padded batch."""
    tokenizer = AutoTokenizer.from_pretrained(model, padding_side="left")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    network = AutoModelForCausalLM.from_pretrained(model, dtype=torch.bfloat16)

    def generate(prompts: Sequence[str], samples: int, max_tokens: int) -> int:
        chats = [[{"role": "user", "content": text}] for text in prompts]
        inputs = tokenizer.apply_chat_template(
            chats, add_generation_prompt=True, return_tensors="pt", padding=True, return_dict=True
        )
        with torch.inference_mode():
            out = network.generate(
                **inputs,
                do_sample=True,
                temperature=0.8,
                top_p=0.95,
                top_k=0,
                num_return_sequences=samples,
                max_new_tokens=max_tokens,
                pad_token_id=tokenizer.pad_token_id,
            )
        fresh = out[:, inputs["input_ids"].shape[1] :]
        ends = (fresh == tokenizer.eos_token_id).int()
        before_end = (ends.cumsum(1) - ends) == 0
        return int(before_end.sum())

    return generate


if __name__ == "__main__":
    answer(load)
