"""A GGUF model as any engine opens it: its header, chat template, context and identity."""

from dataclasses import dataclass
from pathlib import Path

from underdog.core import EngineInfo
from underdog.engines.gguf_header import GgufHeader, read_gguf_header
from underdog.engines.template import ChatTemplate, built_in_template, model_template
from underdog.engines.weights_hash import weights_hash


@dataclass(frozen=True, slots=True)
class GgufModel:
    """A model file that has been looked at, not loaded.

    Attributes:
        path: The file.
        header: What it says about itself.
        template: How conversations are written down for it.
        context_tokens: Longest prompt plus completion.
        digest: SHA-256 of the file.
    """

    path: Path
    header: GgufHeader
    template: ChatTemplate
    context_tokens: int
    digest: str

    def info(self, engine: str, runtime: str, name: str = "") -> EngineInfo:
        """What an engine over this model is.

        Args:
            engine: Registered name of the engine.
            runtime: Whatever else of the engine can change a token: versions, precision.
            name: What the model is called; the file's name unless given.
        """
        return EngineInfo(
            engine=engine,
            model=name or self.path.name,
            fingerprint=f"{engine}-{runtime}-{self.digest[:16]}-{self.template.fingerprint}",
            context_tokens=self.context_tokens,
            shape=self.header.shape,
        )


def open_gguf(path: Path, template: str, context_tokens: int) -> GgufModel:
    """Look at a model file.

    Args:
        path: The file.
        template: Built-in chat template to use instead of the model's own; empty for its own.
        context_tokens: Longest prompt plus completion that is wanted; the model may allow less.

    Raises:
        ModelFileError: The file is missing or no usable GGUF model.
        UnknownNameError: No such built-in template.
    """
    header = read_gguf_header(path)
    chosen = (
        built_in_template(template)
        if template
        else model_template(header.chat_template, header.bos_token, header.eos_token)
    )
    context = min(context_tokens, header.context_tokens or context_tokens)
    return GgufModel(path, header, chosen, context, weights_hash(path))
