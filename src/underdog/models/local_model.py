"""A model on this machine as any engine opens it: its template, context and identity."""

from dataclasses import dataclass
from pathlib import Path

from underdog.core import EngineInfo, ModelShape
from underdog.models.chat.template import ChatTemplate


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model that has been looked at, not loaded.

    Attributes:
        path: The file or folder.
        template: How conversations are written down for it.
        context_tokens: Longest prompt plus completion.
        digest: SHA-256 of whatever can change its logits.
        shape: Architecture for FLOPs.
    """

    path: Path
    template: ChatTemplate
    context_tokens: int
    digest: str
    shape: ModelShape

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
            shape=self.shape,
        )
