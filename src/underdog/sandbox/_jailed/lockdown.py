"""Irrevocable restrictions of the current process: landlock, seccomp, rlimits.

Landlock (kernel 5.13 and later) leaves read access to a list of folders and takes all other access
to files. The seccomp filter arrives as finished BPF, built outside with libseccomp.
"""

import ctypes
import math
import mmap
import os
import resource
import struct
from collections.abc import Sequence
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_SECCOMP: Final = 22
_PR_SET_NO_NEW_PRIVS: Final = 38
_SECCOMP_MODE_FILTER: Final = 2
_SIGKILL: Final = 9
_CREATE_RULESET: Final = 444
_ADD_RULE: Final = 445
_RESTRICT_SELF: Final = 446
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_INSTRUCTION_BYTES: Final = 8
_FILE_ACCESS_BITS: Final = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_NET_ABI, _SCOPE_ABI = 4, 6
_MAX_FILES: Final = 64
_ADDRESS_BITS: Final = 44

_libc = ctypes.CDLL(None, use_errno=True)


class Filter(ctypes.Structure):
    """The kernel's `struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


class Seccomp:
    """A seccomp filter, prepared once and installed by every child.

    Args:
        program: Compiled BPF.
    """

    def __init__(self, program: bytes) -> None:
        self._code = ctypes.create_string_buffer(program, len(program))
        address = ctypes.cast(self._code, ctypes.c_void_p)
        self._filter = Filter(len(program) // _INSTRUCTION_BYTES, address)

    def put_on(self) -> None:
        """Install the filter: it holds for this process's system calls from now on."""
        _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(self._filter))


def landlock_abi() -> int:
    """Version of landlock's interface in this kernel; 0 or less when there is none."""
    return _libc.syscall(_CREATE_RULESET, None, 0, 1)


def landlock(readable: Sequence[str]) -> None:
    """Take all access to files from this process, save reading under some folders.

    Raises:
        OSError: The kernel refused.
    """
    abi = landlock_abi()
    access = (1 << _FILE_ACCESS_BITS.get(abi, 16)) - 1
    words = [access, 3 if abi >= _NET_ABI else 0, 3 if abi >= _SCOPE_ABI else 0]
    size = 8 if abi < _NET_ABI else 16 if abi < _SCOPE_ABI else 24
    attributes = struct.pack("=3Q", *words)[:size]
    ruleset = _checked(_libc.syscall(_CREATE_RULESET, attributes, size, 0), "landlock ruleset")
    for path in readable:
        allowed = _READ_FILE | _READ_DIR if os.path.isdir(path) else _READ_FILE
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = struct.pack("=Qi", allowed, folder)
        _checked(_libc.syscall(_ADD_RULE, ruleset, 1, rule, 0), f"landlock rule for {path}")
        os.close(folder)
    forbid_new_privileges()
    _checked(_libc.syscall(_RESTRICT_SELF, ruleset, 0), "landlock")
    os.close(ruleset)


def forbid_new_privileges() -> None:
    """Make set-user-id programs powerless for this process and its children."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1, 0)


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends."""
    _prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0)


def limit_resources(address_space_bytes: int, cpu_s: float) -> None:
    """Set hard limits: address space, processor time, no file growth, few descriptors."""
    cpu = math.ceil(cpu_s) + 1
    for kind, value in (
        (resource.RLIMIT_AS, address_space_bytes),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _MAX_FILES),
    ):
        resource.setrlimit(kind, (value, value))


def address_space_bytes() -> int:
    """Bytes of address space in use, found by bisection since there is no /proc here."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    low, high = 0, 1 << _ADDRESS_BITS
    try:
        while high - low > mmap.PAGESIZE:
            middle = (low + high) // 2
            resource.setrlimit(resource.RLIMIT_AS, (middle, hard))
            try:
                mmap.mmap(-1, mmap.PAGESIZE).close()
                high = middle
            except (OSError, MemoryError):
                low = middle
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    return high


def _prctl(option: int, first: object, second: object) -> None:
    _checked(_libc.prctl(option, first, second, 0, 0), f"prctl {option}")


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result
