"""Use of huggingface_hub: version check, telemetry off, errors raised as `ModelFileError`."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from underdog.errors import MissingExtraError, ModelFileError

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

_LEAST_MAJOR = 2


def check_library() -> None:
    """Check that huggingface_hub is installed, and switch off its telemetry.

    Raises:
        MissingExtraError: huggingface_hub is missing or too old.
    """
    try:
        import huggingface_hub
        from huggingface_hub import constants
    except ImportError as error:
        raise MissingExtraError("huggingface-hub", "hub") from error
    if int(huggingface_hub.__version__.partition(".")[0]) < _LEAST_MAJOR:
        raise MissingExtraError(f"huggingface-hub {_LEAST_MAJOR} or newer", "hub")
    constants.HF_HUB_DISABLE_TELEMETRY = True


def endpoint() -> str:
    """Address of the hub: `HF_ENDPOINT`, or the public hub."""
    from huggingface_hub import constants

    return (os.environ.get("HF_ENDPOINT") or constants.ENDPOINT).rstrip("/")


@contextmanager
def explained(what: str) -> Generator[None]:
    """Raise errors of the hub and the disk in the `with` block as `ModelFileError` with advice.

    Args:
        what: The requested model or file, for the message.
    """
    import httpx2

    try:
        yield
    except (httpx2.HTTPError, OSError) as error:
        raise ModelFileError(f"{what}: {_advice(error)}") from error


def _advice(error: Exception) -> str:
    from huggingface_hub import errors

    if isinstance(error, errors.HfHubHTTPError):
        return _refusal(error)
    if isinstance(error, errors.OfflineModeIsEnabled):
        return (
            "it is not here, and HF_HUB_OFFLINE forbids to ask the hub; unset it, or give the path "
            "of a GGUF file or model folder"
        )
    if isinstance(error, OSError) and error.errno is not None:
        return (
            f"it cannot be kept: {error.strerror}; free space or set UNDERDOG_CACHE to another "
            "folder, then run the same command again, it goes on where it stopped"
        )
    return (
        f"the download broke off: {type(error).__name__} {str(error).partition(chr(10))[0]}; run "
        "the same command again, it goes on where it stopped, or give the path of a GGUF file or "
        "model folder"
    )


def _refusal(error: "HfHubHTTPError") -> str:
    from huggingface_hub import errors

    status = error.response.status_code
    if isinstance(error, errors.GatedRepoError):
        return (
            "it is gated; accept its terms on its page and set HF_TOKEN to a token of that account"
        )
    if isinstance(error, errors.RepositoryNotFoundError):
        return (
            "there is no such repository, or it is private; check the name, or set HF_TOKEN to a "
            "token that may read it"
        )
    if status in (401, 403):
        return f"the hub answered {status}; set HF_TOKEN to a token that may read this repository"
    return f"the hub answered {status}; check the repository, file and revision, or try again later"
