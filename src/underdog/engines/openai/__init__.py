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
    cached_prompt_usd: float | None = None,
    generated_usd: float = 0.0,
    retries: int = 5,
    timeout_s: float = 600.0,
) -> Engine:
    """An OpenAI-compatible endpoint, written `http://host:port/v1#model`; prices per million.

    Cached prompt tokens cost as much as others unless `cached_prompt_usd` says otherwise.
    """
    base_url, _, name = model.partition("#")
    cached_usd = prompt_usd if cached_prompt_usd is None else cached_prompt_usd
    return OpenAIEngine(
        base_url,
        name,
        template=template,
        concurrency=concurrency,
        share_prompt=share_prompt,
        context_tokens=context_tokens,
        price=Price(prompt_usd, cached_usd, generated_usd),
        patience=Patience(retries=retries, timeout_s=timeout_s),
    )
