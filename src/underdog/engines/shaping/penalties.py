"""Penalties and biases, applied to the logits of the few tokens that they change.

Repetition penalty as in arXiv 1909.05858 (tokens of prompt and reply), presence and frequency
penalty as OpenAI defines them (tokens of the reply), then biases.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from underdog.core import SamplingParams

Ints = NDArray[np.int64]


class Penalties:
    """Token counts of one row's reply, and the penalties and biases that follow from them.

    Args:
        params: The row's sampling parameters.
        prompt: Ids of the distinct tokens of its prompt.
    """

    def __init__(self, params: SamplingParams, prompt: Ints) -> None:
        self._params = params
        seen = prompt if params.repetition_penalty != 1.0 else prompt[:0]
        biased = np.array([token for token, _ in params.logit_bias], np.int64)
        self._tokens = np.unique(np.concatenate([seen, biased]))
        self._seen = np.isin(self._tokens, seen)
        self._times = np.zeros(len(self._tokens))
        self._bias = np.zeros(len(self._tokens))
        places = np.searchsorted(self._tokens, biased)
        np.add.at(self._bias, places, [bias for _, bias in params.logit_bias])

    @property
    def tokens(self) -> Ints:
        """Ids of the tokens whose logits are changed."""
        return self._tokens

    def count(self, token: int) -> None:
        """Count a token of the reply."""
        place = int(np.searchsorted(self._tokens, token))
        if place == len(self._tokens) or self._tokens[place] != token:
            self._tokens = np.insert(self._tokens, place, token)
            self._seen = np.insert(self._seen, place, True)
            self._times = np.insert(self._times, place, 0.0)
            self._bias = np.insert(self._bias, place, 0.0)
        self._seen[place] = True
        self._times[place] += 1.0

    def apply(self, values_V: NDArray[Any]) -> None:
        """Apply penalties and biases to a row's logits, in place; V is the vocabulary's size."""
        params = self._params
        values = values_V[self._tokens].astype(np.float64)
        penalty = params.repetition_penalty
        if penalty != 1.0:
            repeated = np.where(values > 0.0, values / penalty, values * penalty)
            values = np.where(self._seen, repeated, values)
        values -= params.frequency_penalty * self._times
        values -= params.presence_penalty * (self._times > 0.0)
        values_V[self._tokens] = values + self._bias
