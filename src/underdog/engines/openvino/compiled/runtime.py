"""The only import of OpenVINO, with its telemetry switched off.

By default the package reports each import to a web analytics service unless the user has opted
out. It works without `openvino_telemetry`, so that module is blocked before OpenVINO is imported.
"""

import importlib
import sys
from typing import Any

sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]

ov: Any = importlib.import_module("openvino")
op: Any = importlib.import_module("openvino.opset13")
paged_attention: Any = importlib.import_module("openvino.op")._PagedAttentionExtension
