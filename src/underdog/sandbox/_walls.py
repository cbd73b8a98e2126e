"""The two kinds of wall around a jailed interpreter, and the commands that raise them.

`bubblewrap` puts the interpreter into namespaces of its own, which hold the standard library and no
other files. `landlock` takes access to files away instead, for machines where user namespaces are
blocked; a program there can still ask for names and sizes of the host's files, not their content.
Both run behind the same seccomp filter.
"""

import importlib.util
import os
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from underdog.sandbox import _jailed

PRELOAD: Final = (  # noqa: SIM905
    "asyncio bisect calendar cmath collections copy ctypes dataclasses datetime decimal enum "
    "fractions functools heapq itertools json math numbers operator random re statistics string "
    "textwrap time typing mpmath sympy"
).split()
_EXTRA_PACKAGES: Final = ("sympy", "mpmath", "gmpy2")
_LIBRARY_FOLDERS: Final = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")
_NOBODY: Final = "65534"
_INSIDE: Final = "/jail"
_PACKAGE: Final = _jailed.__name__.rpartition(".")[2]
_START: Final = (
    "import sys; sys.path.insert(0, {folder!r}); "
    f"from {_PACKAGE}.server import main; del sys.path[0]; main()"
)
ENVIRONMENT: Final[Mapping[str, str]] = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Paths of a bare Python: interpreter, standard library, extra packages.

    Attributes:
        executable: The interpreter itself, not a virtual environment's link to it.
        standard_library: Folder of the standard library.
        shared: The interpreter's shared library, where it has one.
        site: Folder from which the extra packages are imported; `None` without any.
        packages: Folders of the extra packages.
    """

    executable: str
    standard_library: str
    shared: tuple[str, ...]
    site: str | None
    packages: tuple[str, ...]


def find_interpreter() -> Interpreter:
    """This Python's files, and sympy with what it needs if it is installed."""
    base = getattr(sys, "_base_executable", sys.executable)
    folder = Path(sysconfig.get_config_var("LIBDIR") or "/nonexistent")
    shared = sorted(str(path) for path in folder.glob(f"libpython{sys.version_info[0]}*.so*"))
    packages = [path for name in _EXTRA_PACKAGES if (path := _package_folder(name))]
    site = os.path.dirname(packages[0]) if packages else None
    return Interpreter(
        os.path.realpath(base),
        sysconfig.get_path("stdlib"),
        tuple(shared),
        site,
        tuple(packages),
    )


def bubblewrap_command(interpreter: Interpreter) -> list[str]:
    """Command that starts the fork server in namespaces of its own."""
    command = [shutil.which("bwrap") or "bwrap", "--unshare-all", "--unshare-user"]
    command += ["--uid", _NOBODY, "--gid", _NOBODY, "--cap-drop", "ALL", "--hostname", "jail"]
    for folder in _LIBRARY_FOLDERS:
        if os.path.islink(folder):
            command += ["--symlink", os.readlink(folder), folder]
        elif os.path.isdir(folder):
            command += ["--ro-bind", folder, folder]
    command += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    for path in _python_files(interpreter):
        command += ["--ro-bind", path, path]
    command += ["--ro-bind", _jailed_folder(), f"{_INSIDE}/{_PACKAGE}"]
    command += ["--dev-bind", "/dev/null", "/dev/null", "--remount-ro", "/", "--chdir", "/"]
    return [*command, "--", *_python(interpreter, _INSIDE)]


def landlock_command(interpreter: Interpreter) -> list[str]:
    """Command that starts the fork server, which locks itself in after loading its modules."""
    return _python(interpreter, os.path.dirname(_jailed_folder()))


def hello(wall: str, interpreter: Interpreter, seccomp_filter: bytes) -> dict[str, Any]:
    """First message to the fork server: wall, filter, modules to load."""
    readable = {os.path.realpath(folder) for folder in _LIBRARY_FOLDERS if os.path.isdir(folder)}
    readable |= {path for path in _python_files(interpreter) if path != interpreter.executable}
    return {
        "wall": wall,
        "filter": seccomp_filter.hex(),
        "preload": PRELOAD,
        "site": interpreter.site,
        "readable": sorted(readable),
    }


def _python(interpreter: Interpreter, folder: str) -> list[str]:
    start = _START.format(folder=folder)
    return [interpreter.executable, "-s", "-S", "-P", "-B", "-c", start]


def _python_files(interpreter: Interpreter) -> list[str]:
    return [
        interpreter.executable,
        interpreter.standard_library,
        *interpreter.shared,
        *interpreter.packages,
    ]


def _jailed_folder() -> str:
    return os.path.dirname(os.path.abspath(_jailed.__file__))


def _package_folder(name: str) -> str | None:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        return None
    return os.path.dirname(os.path.realpath(found.origin))
