"""Model folders in the Hugging Face layout: config, safetensors, tokenizer."""
