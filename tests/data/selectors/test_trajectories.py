import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from underdog.data.selectors.trajectories import Trajectories
from underdog.errors import DataError

LOSSES = st.dictionaries(
    st.text(min_size=1, max_size=8),
    st.lists(st.floats(0, 20, width=32), min_size=3, max_size=3),
    max_size=12,
)


@settings(max_examples=25)
@given(losses=LOSSES)
def test_what_is_written_is_read(losses, tmp_path_factory):
    path = tmp_path_factory.mktemp("losses") / "losses.parquet"
    Trajectories.of(losses).write(path)
    found = Trajectories.read(path)
    assert found.rows == {name: row for row, name in enumerate(losses)}
    assert found.take(list(losses)).tolist() == list(losses.values())


@pytest.mark.parametrize(
    ("losses", "why"),
    [
        ({"a": [1.0, 2.0], "b": [1.0]}, "same 2 or more"),
        ({"a": [1.0]}, "same 2 or more"),
        ({"a": [1.0, float("nan")]}, "'a'"),
    ],
)
def test_losses_that_do_not_fit_together_are_refused(losses, why):
    with pytest.raises(DataError, match=why):
        Trajectories.of(losses)


def test_an_example_without_losses_is_named():
    with pytest.raises(DataError, match=r"1 of 2 examples.*'z'"):
        Trajectories.of({"a": [1.0, 2.0]}).take(["a", "z"])


def test_a_file_that_is_no_parquet_is_refused(tmp_path):
    path = tmp_path / "losses.parquet"
    path.write_text("no")
    with pytest.raises(DataError, match="cannot read loss trajectories"):
        Trajectories.read(path)
