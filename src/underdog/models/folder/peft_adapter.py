"""LoRA adapters as the PEFT library saves them: `adapter_config.json` and safetensors beside it.

Plain LoRA on the linear layers of a decoder is supported, with ranks and alphas per module and with
rank-stabilised scaling (arXiv 2312.03732). Any other setting with an effect is refused by name, so
that no part of an adapter is silently left out. Patterns of ranks and alphas may be module names or
their ends; regular expressions are not run, because the file is untrusted.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from underdog.errors import ModelFileError
from underdog.files import read_bounded
from underdog.models.adapter import Adapter, LowRank
from underdog.models.folder.safetensors import SafetensorsFile
from underdog.models.weights_hash import weights_hash

Number = TypeVar("Number", int, float)

CONFIG, WEIGHTS, _PICKLE = "adapter_config.json", "adapter_model.safetensors", "adapter_model.bin"
_MAX_CONFIG_BYTES = 1 << 20
_FACTOR = re.compile(r"(?:base_model\.model\.)?(.+)\.lora_([AB])(?:\.default)?\.weight")
_LAYER = re.compile(r"(?:(?:model|language_model)\.)*layers\.(\d{1,5})\.(\w+\.\w+)")
_PLAIN_PATTERN = re.compile(r"\^?[\w.]+")
_MODULES: Mapping[str, str] = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_HEAD = "lm_head"
_WITHOUT_EFFECT = frozenset(
    {
        "auto_mapping", "base_model_name_or_path", "corda_config", "ensure_weight_tying",
        "eva_config", "exclude_modules", "inference_mode", "layers_pattern", "layers_to_transform",
        "loftq_config", "lora_dropout", "lora_ga_config", "megatron_config", "megatron_core",
        "peft_version", "qalora_group_size", "revision", "runtime_config", "target_modules",
        "task_type",
    }
)  # fmt: skip
_CHANGES_BASE = ("pissa", "olora", "loftq", "corda", "lora_ga")


class _Config(BaseModel):
    """The supported entries of `adapter_config.json`; others are kept and checked by `refused`."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    peft_type: Literal["LORA"]
    r: int = Field(gt=0, le=1 << 16)
    lora_alpha: float
    bias: Literal["none"] = "none"
    use_rslora: bool = False
    init_lora_weights: bool | str | None = True
    rank_pattern: dict[str, int] | None = None
    alpha_pattern: dict[str, float] | None = None

    def refused(self) -> str:
        """Description of a setting that cannot be merged; empty when there is none."""
        extra = self.model_extra or {}
        for name, value in extra.items():
            if value and name not in _WITHOUT_EFFECT:
                return name
        initial = self.init_lora_weights
        if isinstance(initial, str) and initial.startswith(_CHANGES_BASE):
            return f"init_lora_weights={initial}, which changes the model itself"
        return ""

    def scale(self, module: str) -> tuple[int, float]:
        """Rank of a module's factors, and the scale of their product."""
        rank = _matched(self.rank_pattern, module, self.r)
        alpha = _matched(self.alpha_pattern, module, self.lora_alpha)
        return rank, alpha / (rank**0.5 if self.use_rslora else rank)


def is_adapter_folder(path: Path) -> bool:
    """Whether a path is a folder with an adapter, and no whole model beside it."""
    return (path / CONFIG).is_file() and not (path / "config.json").is_file()


def base_name(folder: Path) -> str:
    """Name of the model that an adapter was trained on; empty when its folder does not say.

    Raises:
        ModelFileError: The adapter's configuration is missing or malformed.
    """
    given = (_config(folder / CONFIG).model_extra or {}).get("base_model_name_or_path")
    return given if isinstance(given, str) else ""


def read_peft_adapter(folder: Path) -> Adapter:
    """The adapter in a folder, checked but not merged.

    Raises:
        ModelFileError: A file is missing or damaged, or the adapter cannot be merged.
    """
    config = _config(folder / CONFIG)
    if not (folder / WEIGHTS).is_file() and (folder / _PICKLE).is_file():
        raise ModelFileError(
            f"the adapter {folder} holds {_PICKLE}, a pickle, which is never read; save it as "
            f"{WEIGHTS}"
        )
    tensors = SafetensorsFile(folder / WEIGHTS)
    updates: dict[str, LowRank] = {}
    for module, factors in _factors(folder, tensors).items():
        target = _target(folder, module)
        if target in updates:
            raise ModelFileError(f"the adapter {folder} changes {module} twice")
        updates[target] = _update(folder, module, factors, tensors, config)
    if not updates:
        raise ModelFileError(f"the adapter {folder} changes nothing: it holds no tensors")
    parts = (weights_hash(folder / name) for name in (CONFIG, WEIGHTS))
    digest = hashlib.sha256("".join(parts).encode()).hexdigest()
    return Adapter(folder, digest, "", False, tensors, updates)


def _config(path: Path) -> _Config:
    try:
        config = _Config.model_validate_json(read_bounded(path, _MAX_CONFIG_BYTES))
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelFileError(f"cannot read the adapter's {path}: {reason}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise ModelFileError(
            f"{path} is no configuration of a plain LoRA adapter: {place}: {first['msg']}"
        ) from error
    _check(path, config)
    return config


def _check(path: Path, config: _Config) -> None:
    if refused := config.refused():
        raise ModelFileError(
            f"{path} sets {refused}; only plain LoRA can be merged here, so merge the adapter with "
            "the library that trained it"
        )
    patterns = [*(config.rank_pattern or ()), *(config.alpha_pattern or ())]
    odd = [pattern for pattern in patterns if not _PLAIN_PATTERN.fullmatch(pattern)]
    if odd:
        raise ModelFileError(
            f"{path} has the pattern {odd[0][:80]!r}; only module names and their ends are read"
        )
    if any(not 0 < rank <= 1 << 16 for rank in (config.rank_pattern or {}).values()):
        raise ModelFileError(f"{path} has a rank in rank_pattern that is not above 0")


def _matched(patterns: Mapping[str, Number] | None, module: str, default: Number) -> Number:
    """The rank or alpha of the first pattern that equals the module's name or its end."""
    for pattern, number in (patterns or {}).items():
        name = pattern.removeprefix("^")
        whole = name != pattern
        if module == name or (not whole and module.endswith(f".{name}")):
            return number
    return default


def _factors(folder: Path, tensors: SafetensorsFile) -> dict[str, dict[str, str]]:
    """Tensor names of the factors, under `A` and `B`, by module."""
    found: dict[str, dict[str, str]] = {}
    for name in tensors.places:
        match = _FACTOR.fullmatch(name)
        if match is None:
            raise ModelFileError(
                f"the adapter {folder} holds {name[:120]!r}, which is no factor of a linear "
                "layer and cannot be merged"
            )
        found.setdefault(match[1], {})[match[2]] = name
    return found


def _update(
    folder: Path,
    module: str,
    factors: Mapping[str, str],
    tensors: SafetensorsFile,
    config: _Config,
) -> LowRank:
    if len(factors) != 2:
        lacking = "B" if "A" in factors else "A"
        raise ModelFileError(f"the adapter {folder} has no lora_{lacking} for {module}")
    rank, scale = config.scale(module)
    down, up = (tensors.places[factors[factor]].shape for factor in "AB")
    if len(down) != 2 or len(up) != 2 or (down[0], up[1]) != (rank, rank):
        raise ModelFileError(
            f"the adapter {folder} says that {module} has rank {rank}, but its factors have the "
            f"shapes {down} and {up}"
        )
    return LowRank(factors["A"], factors["B"], rank, scale)


def _target(folder: Path, module: str) -> str:
    """The name that GGUF files give to a module's matrix."""
    if module == _HEAD:
        return "output.weight"
    match = _LAYER.fullmatch(module)
    if match is None or match[2] not in _MODULES:
        raise ModelFileError(
            f"the adapter {folder} changes {module[:120]!r}; those of {', '.join(_MODULES)} and "
            f"{_HEAD} can be merged"
        )
    return f"blk.{int(match[1])}.{_MODULES[match[2]]}.weight"
