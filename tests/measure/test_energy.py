import pytest

from underdog.measure.energy import EnergyMeter


def counter(root, name, energy, wraps_at=1000):
    folder = root / name
    folder.mkdir(exist_ok=True)
    (folder / "energy_uj").write_text(f"{energy}\n")
    (folder / "max_energy_range_uj").write_text(f"{wraps_at}\n")
    return folder


def test_packages_are_added_parts_left_out_and_wrapping_is_corrected(tmp_path):
    counter(tmp_path, "intel-rapl:0", 100)
    counter(tmp_path, "intel-rapl:1", 990)
    counter(tmp_path, "intel-rapl:0:0", 5)
    with EnergyMeter(root=tmp_path) as meter:
        counter(tmp_path, "intel-rapl:0", 400)
        counter(tmp_path, "intel-rapl:1", 9)
        counter(tmp_path, "intel-rapl:0:0", 900)
    reading = meter.reading()
    assert reading.joules == pytest.approx((300 + 20) / 1e6)
    assert reading.source == "rapl"
    assert "measured" in reading.note


def test_without_counters_the_figure_is_labelled_an_estimate(tmp_path):
    with EnergyMeter(assumed_watts=20, root=tmp_path) as meter:
        pass
    reading = meter.reading()
    assert reading.source == "estimate"
    assert reading.note == "estimate: wall-clock seconds times an assumed 20 W"
    assert reading.joules == pytest.approx(20 * reading.seconds)
    assert reading.watt_hours == reading.joules / 3600


@pytest.mark.parametrize("broken", ["energy_uj", "max_energy_range_uj"])
def test_unreadable_counters_are_not_used(tmp_path, broken):
    (counter(tmp_path, "intel-rapl:0", 1) / broken).write_text("denied")
    with EnergyMeter(root=tmp_path) as meter:
        pass
    assert meter.reading().source == "estimate"


def test_a_counter_that_vanishes_midway_gives_an_estimate(tmp_path):
    folder = counter(tmp_path, "intel-rapl:0", 1)
    with EnergyMeter(root=tmp_path) as meter:
        (folder / "energy_uj").unlink()
    assert meter.reading().source == "estimate"
