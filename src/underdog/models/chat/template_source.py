"""Chat templates as Jinja source, for files that other programs open."""

from underdog.models.chat.template import TURNS, ChatTemplate

_BUILT_IN = {
    "turns": TURNS,
    "chatml": "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}",
    "llama3": "<|begin_of_text|>{% for m in messages %}<|start_header_id|>{{ m['role'] }}"
    "<|end_header_id|>\n\n{{ m['content'] | trim }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}",
}


def template_source(template: ChatTemplate) -> str | None:
    """The chat template as Jinja source; `None` for plain text."""
    if template.name == "model":
        return template.source
    return _BUILT_IN.get(template.name)
