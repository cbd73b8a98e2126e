"""Low-rank adapters: LoRA (arXiv 2106.09685), rsLoRA (2312.03732), DoRA (2402.09353)."""

import importlib
import warnings
from typing import Any

from underdog.errors import MissingExtraError
from underdog.training.trainable import trainables

PLACES = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@trainables.register("lora")
class Lora:
    """Train low-rank additions to the matrices of attention and MLP; PEFT puts them in.

    Embeddings and head are left alone: with tied weights, merging changes both.

    Args:
        r: Rank.
        alpha: Scale of the addition is alpha / r, with `rs` alpha / sqrt(r); 0 takes 2 r.
        rs: Rank-stabilised scale.
        dora: Learn the magnitude of each column apart from its direction.
    """

    def __init__(
        self, r: int = 16, alpha: float = 0.0, rs: bool = False, dora: bool = False
    ) -> None:
        if r < 1:
            raise ValueError(f"r must be at least 1, not {r!r}")
        self._r, self._alpha, self._rs, self._dora = r, alpha or 2.0 * r, rs, dora

    def apply(self, model: Any, seed: int) -> Any:
        """The model with an adapter, whose parameters alone are trainable."""
        try:
            peft: Any = importlib.import_module("peft")
        except ImportError as error:
            raise MissingExtraError("peft", "train") from error
        torch: Any = importlib.import_module("torch")
        config = peft.LoraConfig(
            r=self._r,
            lora_alpha=self._alpha,
            use_rslora=self._rs,
            use_dora=self._dora,
            target_modules=list(PLACES),
            task_type="CAUSAL_LM",
        )
        with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # PEFT asks transformers by an old name
            torch.manual_seed(seed % (1 << 63))
            return peft.get_peft_model(model, config)

    def merged(self, model: Any) -> Any:
        """The model with the addition in its weights."""
        return model.merge_and_unload()
