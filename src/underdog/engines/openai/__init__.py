"""Any OpenAI-compatible endpoint."""

from underdog.core import Engine, Price
from underdog.engines import engines
from underdog.engines.openai.engine import OpenAIEngine
from underdog.engines.openai.retry import Patience

__all__ = ["OpenAIEngine", "open_openai"]


@engines.register("openai")
def open_openai(
    model: str,
    template: str = "",
    concurrency: int = 16,
    share_prompt: bool = False,
    context_tokens: int = 8192,
    prompt_usd: float = 0.0,
    cached_prompt_usd: float = 0.0,
    generated_usd: float = 0.0,
    retries: int = 5,
    timeout_s: float = 600.0,
) -> Engine:
    """An OpenAI-compatible endpoint, written `http://host:port/v1#model`; prices per million."""
    base_url, _, name = model.partition("#")
    return OpenAIEngine(
        base_url,
        name,
        template=template,
        concurrency=concurrency,
        share_prompt=share_prompt,
        context_tokens=context_tokens,
        price=Price(prompt_usd, cached_prompt_usd, generated_usd),
        patience=Patience(retries=retries, timeout_s=timeout_s),
    )
