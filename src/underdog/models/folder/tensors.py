"""A model folder as the transformers library writes it: `config.json`, safetensors, a tokenizer.

Weights are returned under GGUF's names and conventions (see `tensor_source`), so that other code
need not distinguish the sources of a model. No code from the folder is run, and pickled weights
are not read.

The output head is what the file shows, as in transformers: a stored head that differs from the
embedding is used whatever `config.json` says, and without one the embedding is the head, unless
`config.json` says that the two are apart.
"""

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from underdog.core import ModelShape
from underdog.errors import ModelFileError
from underdog.models.architecture import with_attention
from underdog.models.chat.template import built_in_template, read_tokenizer_config
from underdog.models.folder.config import ModelConfig, read_config, read_json
from underdog.models.folder.safetensors import SafetensorsFile, same_values
from underdog.models.folder.tokenizer_json import read_vocabulary
from underdog.models.open_model import OpenModel
from underdog.models.weights_hash import folder_hash

_INDEX = "model.safetensors.index.json"
_SETTINGS = ("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json")
_PREFIXES = ("model.", "language_model.model.", "model.language_model.", "")
_HEADS = ("lm_head.weight", "language_model.lm_head.weight")
_PARTS: Mapping[str, str] = {
    "output_norm": "norm",
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_SANDWICH: Mapping[str, str] = {
    "ffn_norm": "pre_feedforward_layernorm",
    "post_attention_norm": "post_attention_layernorm",
    "post_ffw_norm": "post_feedforward_layernorm",
}
_NAME = re.compile(r"(?:blk\.(?P<layer>\d+)\.)?(?P<part>\w+)\.(?P<kind>weight|bias)")


class FolderTensors:
    """The weights of a model folder.

    Args:
        folder: The model folder.
        config: Its settings, as read by `read_config`.

    Raises:
        ModelFileError: The folder holds no safetensors files, or malformed ones, or lacks the
            output head that its settings promise.
    """

    def __init__(self, folder: Path, config: ModelConfig) -> None:
        self._folder = folder
        self._config = config
        self._homes = _homes(folder)
        self._prefix = next((at for at in _PREFIXES if f"{at}norm.weight" in self._homes), "")
        self._embedding = f"{self._prefix}embed_tokens.weight"
        self._head = next((name for name in _HEADS if name in self._homes), "")
        self._settle_head()

    def _settle_head(self) -> None:
        """Decide whether the head is a matrix of its own: `_head` is empty when it is not."""
        tied = self._config.tied
        if not self._head and tied is False:
            raise ModelFileError(
                f"{self._folder} has no tensor {_HEADS[0]}, but its config.json says that the "
                "output head is not the embedding; download it again"
            )
        tied = self._config.family.tied if tied is None else tied
        if not self._head or not tied:
            return
        head = self._homes[self._head]
        if self._embedding not in self._homes:
            self._embedding, self._head = self._head, ""
        elif same_values(head, self._head, self._homes[self._embedding], self._embedding):
            self._head = ""

    def __contains__(self, name: str) -> bool:
        return self._theirs(name) in self._homes

    def tensor(self, name: str, *shape: int) -> NDArray[np.float32]:
        """A tensor's values as float32.

        Args:
            name: The tensor's name in GGUF files.
            shape: The required shape, slowest axis first; 0 stands for any extent.

        Raises:
            ModelFileError: The tensor is missing, of another shape or of an unknown format.
        """
        theirs = self._theirs(name)
        home = self._homes.get(theirs)
        if home is None:
            raise ModelFileError(f"{self._folder} has no tensor {theirs or name}")
        values = home.tensor(theirs, *shape)
        if self._config.family.shifted_norms and name.endswith("norm.weight"):
            values += np.float32(1.0)
        return values

    @property
    def shape(self) -> ModelShape:
        """Architecture, for counting FLOPs; the embedding counts only when it is also the head."""
        sizes = {
            name: math.prod(home.places[name].shape)
            for name, home in self._homes.items()
            if name.startswith(self._prefix) and name not in _HEADS
        }
        for name in {self._head, self._embedding} & self._homes.keys():
            sizes[name] = math.prod(self._homes[name].places[name].shape)
        embedding = sizes.get(self._embedding, 0)
        architecture = self._config.architecture
        shape = ModelShape(
            num_params=sum(sizes.values()),
            num_embedding_params=embedding if self._head else 0,
            num_layers=architecture.num_layers,
            hidden_size=architecture.hidden_size,
        )
        return with_attention(shape, architecture)

    @property
    def num_rows(self) -> int:
        """Number of rows of the embedding matrix, one per token id."""
        theirs = self._theirs("token_embd.weight")
        return self._homes[theirs].places[theirs].shape[0] if theirs in self._homes else 0

    def _theirs(self, name: str) -> str:
        """The folder's name of a tensor with a GGUF name; empty when there is none."""
        if name == "output.weight":
            return self._head
        if name == "token_embd.weight":
            return self._embedding
        match = _NAME.fullmatch(name)
        parts = {**_PARTS, **_SANDWICH} if self._config.architecture.post_norms else _PARTS
        if match is None or match["part"] not in parts:
            return ""
        layer = f"layers.{match['layer']}." if match["layer"] else ""
        return f"{self._prefix}{layer}{parts[match['part']]}.{match['kind']}"


def open_folder(folder: Path, template: str, context_tokens: int) -> OpenModel:
    """The model of a folder; weights and tokenizer are opened on demand.

    Args:
        folder: The folder.
        template: Built-in chat template to use instead of the model's own; empty for its own.
        context_tokens: Longest prompt plus completion, in tokens; the model may allow less.

    Raises:
        ModelFileError: A file is missing or malformed, or the family is not supported.
        UnknownNameError: No such built-in template.
    """
    config = read_config(folder)
    tensors = FolderTensors(folder, config)
    chosen = built_in_template(template) if template else read_tokenizer_config(folder)
    return OpenModel(
        folder,
        chosen,
        min(context_tokens, config.context_tokens or context_tokens),
        _digest(folder),
        tensors.shape,
        config.architecture,
        lambda: tensors,
        lambda: read_vocabulary(
            folder, config.ends, len(tensors.tensor("token_embd.weight", 0, 0))
        ),
    )


def _homes(folder: Path) -> dict[str, SafetensorsFile]:
    """The file of each tensor, by the tensor's name."""
    files = {name: SafetensorsFile(folder / name) for name in _files(folder)}
    homes: dict[str, SafetensorsFile] = {}
    for name, file in files.items():
        for tensor in file.places:
            if tensor in homes:
                raise ModelFileError(f"{folder}: tensor {tensor} appears again in {name}")
            homes[tensor] = file
    return homes


def _files(folder: Path) -> list[str]:
    if (folder / _INDEX).exists():
        listed = read_json(folder / _INDEX).get("weight_map")
        homes = cast("dict[str, object]", listed) if isinstance(listed, dict) else {}
        names = {str(home) for home in homes.values()}
        strange = [name for name in names if Path(name).name != name]
        if not names or strange:
            raise ModelFileError(f"{folder / _INDEX} names no files of its folder: {strange[:3]}")
        return sorted(names)
    found = sorted(file.name for file in folder.glob("*.safetensors"))
    if "model.safetensors" in found:
        return ["model.safetensors"]
    if len(found) != 1:
        raise ModelFileError(
            f"{folder} holds {len(found)} safetensors files and no {_INDEX}; it needs one file or "
            "an index (pickled .bin and .pt files are not read: they can run code)"
        )
    return found


def _digest(folder: Path) -> str:
    names = [*(name for name in _SETTINGS if (folder / name).exists()), *_files(folder)]
    return folder_hash(folder, names)
