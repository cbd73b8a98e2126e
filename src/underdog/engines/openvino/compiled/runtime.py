"""The one place that imports OpenVINO, and imports it so that it reports nothing to its makers.

Imported plainly, the package counts each import with a web analytics service unless the user has
opted out. It does without where `openvino_telemetry` cannot be imported, so that is refused here.
"""

import importlib
import sys
from typing import Any

sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]

ov: Any = importlib.import_module("openvino")
op: Any = importlib.import_module("openvino.opset13")
paged_attention: Any = importlib.import_module("openvino.op")._PagedAttentionExtension
