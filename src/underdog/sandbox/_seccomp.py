"""The system calls that a jailed program may make, as a filter compiled to BPF by libseccomp.

All other calls fail with EPERM: opening a file for writing, any other process, any socket but an
unconnected pair, mounting, tracing, raising limits. What reads the process's own state, or ends it
later (`alarm`), is allowed: to refuse it would only make programs fail that do no harm. No rule is
written as BPF by hand.
"""

import ctypes
import errno
import os
from collections.abc import Sequence
from ctypes.util import find_library
from typing import Final

from underdog.errors import SandboxError

_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EPERM
_EQUAL, _MASKED_EQUAL = 4, 7
_OPTIMIZE, _BINARY_TREE = 8, 2
_O_TMPFILE: Final = 0o20000000
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | _O_TMPFILE

_FREE: Final = (  # noqa: SIM905
    "access alarm brk clock_getres clock_gettime clock_nanosleep close dup dup2 dup3 epoll_create1 "
    "epoll_ctl epoll_pwait epoll_wait eventfd2 exit exit_group faccessat faccessat2 fstat futex "
    "getcpu getcwd getdents64 getegid geteuid getgid getgroups getitimer getpgid getpgrp getpid "
    "getppid getpriority getrandom getresgid getresuid getrusage getsid gettid gettimeofday getuid "
    "lseek lstat madvise mmap mprotect mremap munmap nanosleep newfstatat pipe2 poll ppoll pread64 "
    "pause read readlink readlinkat readv recvfrom restart_syscall rseq rt_sigaction rt_sigpending "
    "rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigtimedwait sched_getaffinity sched_getparam "
    "sched_getscheduler sched_yield select pselect6 set_robust_list setitimer sigaltstack stat "
    "statx "
    "sysinfo time times umask uname write writev"
).split()

_Rule = tuple[str, tuple[tuple[int, int, int, int], ...]]
_BOUND: Final[tuple[_Rule, ...]] = (
    ("open", ((1, _MASKED_EQUAL, _WRITING, 0),)),
    ("openat", ((2, _MASKED_EQUAL, _WRITING, 0),)),
    ("fcntl", ((1, _EQUAL, 1, 0),)),
    ("fcntl", ((1, _EQUAL, 2, 0),)),
    ("fcntl", ((1, _EQUAL, 3, 0),)),
    ("fcntl", ((1, _EQUAL, 4, 0),)),
    ("fcntl", ((1, _EQUAL, 1030, 0),)),
    ("ioctl", ((1, _EQUAL, 0x5401, 0),)),
    ("ioctl", ((1, _EQUAL, 0x5421, 0),)),
    ("prlimit64", ((0, _EQUAL, 0, 0), (2, _EQUAL, 0, 0))),
    ("socketpair", ((0, _EQUAL, 1, 0),)),
    ("sendto", ((4, _EQUAL, 0, 0),)),
)


class ArgumentComparison(ctypes.Structure):
    """libseccomp's `struct scmp_arg_cmp`."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


def compile_filter() -> bytes:
    """The filter as BPF.

    Raises:
        SandboxError: libseccomp is missing or refuses a rule.
    """
    library = _load()
    context = library.seccomp_init(_REFUSE)
    try:
        library.seccomp_attr_set(context, _OPTIMIZE, _BINARY_TREE)
        for name in _FREE:
            _allow(library, context, name, ())
        for name, comparisons in _BOUND:
            _allow(library, context, name, comparisons)
        return _export(library, context)
    finally:
        library.seccomp_release(context)


def _load() -> ctypes.CDLL:
    name = find_library("seccomp") or "libseccomp.so.2"
    try:
        library = ctypes.CDLL(name)
    except OSError as error:
        raise SandboxError(
            f"libseccomp is missing ({error}); run: apt-get install libseccomp2"
        ) from error
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = (ctypes.c_uint32,)
    library.seccomp_attr_set.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32)
    library.seccomp_release.argtypes = (ctypes.c_void_p,)
    library.seccomp_syscall_resolve_name.argtypes = (ctypes.c_char_p,)
    library.seccomp_export_bpf.argtypes = (ctypes.c_void_p, ctypes.c_int)
    library.seccomp_rule_add_array.argtypes = (
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.POINTER(ArgumentComparison),
    )
    return library


def _allow(
    library: ctypes.CDLL,
    context: int,
    name: str,
    comparisons: Sequence[tuple[int, int, int, int]],
) -> None:
    number = library.seccomp_syscall_resolve_name(name.encode())
    if number == -1:
        return
    array = (ArgumentComparison * len(comparisons))(*comparisons)
    result = library.seccomp_rule_add_array(context, _ALLOW, number, len(comparisons), array)
    # Names that another architecture has but this one lacks are left out by the library.
    if result not in (0, -errno.EDOM, -errno.EOPNOTSUPP):
        raise SandboxError(f"libseccomp refused the rule for {name}: {os.strerror(-result)}")


def _export(library: ctypes.CDLL, context: int) -> bytes:
    fd = os.memfd_create("filter")
    try:
        result = library.seccomp_export_bpf(context, fd)
        if result != 0:
            raise SandboxError(f"libseccomp cannot export the filter: {os.strerror(-result)}")
        return os.pread(fd, os.fstat(fd).st_size, 0)
    finally:
        os.close(fd)
