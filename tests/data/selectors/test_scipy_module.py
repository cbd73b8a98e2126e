"""Without scipy the selectors that need it say how to get it."""

import sys

import pytest

from tests.data.selectors.examples import numbered
from underdog.data.selectors import Aids, select
from underdog.data.selectors.trajectories import Trajectories
from underdog.errors import MissingExtraError


def test_a_selector_without_scipy_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = numbered(12)
    losses = Trajectories.of({row.id: [2.0, 1.0 + n / 12] for n, row in enumerate(rows)})
    for name in ("scipy", "scipy.cluster.vq", "scipy.sparse"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=r"underdog\[select\]"):
        list(select("s2l", rows, aids=Aids(trajectories=losses)))
