"""Hard caps on what one problem may cost."""

from dataclasses import dataclass

from underdog.core.usage import Usage


@dataclass(frozen=True, slots=True)
class Budget:
    """Caps on a `Usage`; `None` means no cap.

    The driver keeps every cap by reserving the worst case before a call, so a budget of 2,000
    generated tokens is never exceeded by a single token. `seconds` is a deadline: calls still in
    flight when it passes are cancelled and their partial text is not used.

    Attributes:
        calls: Sampled completions.
        generated_tokens: Tokens sampled by generators.
        verifier_tokens: Tokens read and written by verifiers.
        seconds: Wall-clock seconds from the first action.
        flops: Floating-point operations.
        cost_usd: US dollars.
    """

    calls: int | None = None
    generated_tokens: int | None = None
    verifier_tokens: int | None = None
    seconds: float | None = None
    flops: float | None = None
    cost_usd: float | None = None

    def exceeded_by(self, usage: Usage) -> str | None:
        """Name of the first cap that `usage` exceeds; `None` when it exceeds none."""
        caps: tuple[tuple[str, float | None, float], ...] = (
            ("calls", self.calls, usage.calls),
            ("generated_tokens", self.generated_tokens, usage.generated_tokens),
            ("verifier_tokens", self.verifier_tokens, usage.verifier_tokens),
            ("seconds", self.seconds, usage.seconds),
            ("flops", self.flops, usage.flops),
            ("cost_usd", self.cost_usd, usage.cost_usd),
        )
        for name, cap, used in caps:
            if cap is not None and used > cap:
                return name
        return None
