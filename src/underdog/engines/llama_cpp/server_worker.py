"""The child process that holds a llama.cpp model.

It reads one JSON line of settings, starts llama.cpp's HTTP server on a random loopback port, writes
the address as one JSON line, and lives until standard input closes or its parent process ends. A
model file that makes llama.cpp crash ends this process only.
"""

import importlib
import json
import os
import shutil
import sys
import threading
import time
from typing import Any

from underdog.child_process import limit_process

_PARENT_POLL_S = 2.0


def _follow_parent() -> None:
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_POLL_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _start_server(settings: dict[str, Any]) -> Any:
    xllamacpp: Any = importlib.import_module("xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path = settings["model"]
    params.n_parallel = settings["slots"]
    params.n_ctx = settings["slots"] * settings["context_tokens"]
    params.kv_unified = False
    for threads in (params.cpuparams, params.cpuparams_batch):
        threads.n_threads = settings["threads"]
        threads.poll = 0
    params.n_threads_http = settings["slots"] + 8
    params.cache_ram_mib = 0
    params.warmup = False
    params.offline = True
    params.ui = False
    params.api_keys = [settings["api_key"]]
    params.slot_save_path = settings["folder"] + os.sep
    params.verbosity = 1
    return xllamacpp.Server(params)


def main() -> None:
    """Serve until standard input closes or the parent process ends."""
    limit_process()
    _follow_parent()
    settings = json.loads(sys.stdin.readline())
    server = _start_server(settings)
    sys.stdout.write(json.dumps({"address": server.listening_address}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    shutil.rmtree(settings["folder"], ignore_errors=True)
    os._exit(0)
