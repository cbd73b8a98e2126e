"""An adapter as a model of its own: the model that it changes is the one that its folder names.

PEFT writes the name into `adapter_config.json`. It is looked up among the pulled models, by name or
by hub repository; else it is a path. Nothing is fetched here.
"""

from pathlib import Path

from underdog.errors import ModelFileError, UnderdogError
from underdog.models.folder.peft_adapter import CONFIG, base_name
from underdog.models.pulled import KNOWN, pulled_models, resolve_model


def base_of(folder: Path) -> Path:
    """Path of the model that an adapter's folder names.

    Raises:
        ModelFileError: The folder names no model, or one that is not on this machine.
    """
    name = base_name(folder)
    source = f"hf:{name}"
    sources = {model.source.partition("@")[0]: key for key, model in pulled_models().items()}
    try:
        if not name:
            raise ModelFileError(f"{folder / CONFIG} names none")
        return resolve_model(sources.get(source, name))
    except UnderdogError as error:
        known = name if name in KNOWN else source
        pull = f"run: underdog models pull {known}, or " if name in KNOWN or "/" in name else ""
        raise ModelFileError(
            f"the adapter {folder} needs the model {name or 'that it was trained on'}, which is "
            f"not here; {pull}name the model and the adapter: openvino:MODEL,lora={folder}"
        ) from error
