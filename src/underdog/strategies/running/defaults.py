"""Defaults: model, strategies and sampling parameters for callers that give none."""

from underdog.core import SamplingParams

DEFAULT_MODEL = "smollm2-135m"
SOLVE_STRATEGY = "adaptive:max_n=8,min_n=4,wave=4"
MATCH_STRATEGY = "adaptive:max_n=16,min_n=4,wave=4"
DEFAULT_TOP_LOGPROBS = 5
SAMPLING = SamplingParams(top_logprobs=DEFAULT_TOP_LOGPROBS)
