"""A model on this machine, common to all engines: chat template, context length, identity."""

from dataclasses import dataclass
from pathlib import Path

from underdog.core import EngineInfo, ModelShape
from underdog.models.chat.template import ChatTemplate


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model whose metadata has been read, but no weights.

    Attributes:
        path: The model's file or folder.
        template: Chat template.
        context_tokens: Longest prompt plus completion, in tokens.
        digest: SHA-256 of all files that can change its logits.
        shape: Architecture, for counting FLOPs.
    """

    path: Path
    template: ChatTemplate
    context_tokens: int
    digest: str
    shape: ModelShape

    def info(self, engine: str, runtime: str, name: str = "") -> EngineInfo:
        """Description of an engine that runs this model.

        Args:
            engine: Registered name of the engine.
            runtime: Versions and settings of the engine that can change a token, such as precision;
                part of the fingerprint.
            name: Model name to report; the file's name unless given.
        """
        return EngineInfo(
            engine=engine,
            model=name or self.path.name,
            fingerprint=f"{engine}-{runtime}-{self.digest[:16]}-{self.template.fingerprint}",
            context_tokens=self.context_tokens,
            shape=self.shape,
        )
