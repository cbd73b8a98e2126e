from hypothesis import given
from hypothesis import strategies as st

from underdog.reports.labels import Box, Mark, Stroke, drop_shared_words, place_labels

WIDTH, HEIGHT = 600.0, 300.0
MARKS = st.builds(
    lambda text, x, y, up, down: Mark(text, x, y, max(0.0, y - up), min(HEIGHT, y + down)),
    st.text("abc@16 ", min_size=1, max_size=14),
    st.floats(0, WIDTH),
    st.floats(0, HEIGHT),
    st.floats(0, 60),
    st.floats(0, 60),
)


def box_of(label):
    half = 11 * 1.1 / 2
    return Box(label.x, label.y - half, label.x + len(label.text) * 11 * 0.56, label.y + half)


@given(st.lists(MARKS, max_size=14))
def test_labels_overlap_neither_each_other_nor_points_and_stay_inside(marks):
    labels = place_labels(marks, WIDTH, HEIGHT)
    boxes = [box_of(label) for label in labels]
    for place, box in enumerate(boxes):
        assert box.left >= 0
        assert box.right <= WIDTH + 1e-6
        assert box.top >= -1e-6
        assert box.bottom <= HEIGHT + 1e-6
        assert not any(box.overlaps(other) for other in boxes[:place])
        for mark in marks:
            assert not box.overlaps(Box(mark.x - 5, mark.y - 5, mark.x + 5, mark.y + 5))


def test_a_label_stands_right_of_its_point_where_it_can():
    (label,) = place_labels([Mark("a", 100, 100, 90, 110)], WIDTH, HEIGHT)
    assert (label.mark, label.text, label.x, label.y) == (0, "a", 109, 100)


def test_a_label_makes_way_for_a_line():
    line = Stroke(100, 100, 400, 100)
    (label,) = place_labels([Mark("majority", 100, 100, 90, 110)], WIDTH, HEIGHT, [line])
    assert not line.crosses(box_of(label))
    assert label.y == 100
    assert label.x < 100


def test_what_fits_nowhere_is_left_out():
    assert place_labels([Mark("a very long name", 10, 10, 5, 15)], 40, 20) == []


def test_segments_cross_the_boxes_they_pass_through():
    box = Box(10, 10, 20, 20)
    assert Stroke(0, 0, 30, 30).crosses(box)
    assert not Stroke(0, 0, 5, 5).crosses(box)
    assert not Stroke(0, 0, 30, 5).crosses(box)
    assert Stroke(0, 15, 30, 15).crosses(box)
    assert Stroke(15, 0, 15, 30).crosses(box)
    assert not Stroke(15, 0, 15, 5).crosses(box)


def test_shared_leading_words_are_dropped_but_never_all():
    assert drop_shared_words(["A cot maj@4", "A cot maj@8"]) == ["maj@4", "maj@8"]
    assert drop_shared_words(["A", "A cot"]) == ["A", "A cot"]
    assert drop_shared_words(["A cot", "A cot"]) == ["cot", "cot"]
    assert drop_shared_words(["only one"]) == ["only one"]
    assert drop_shared_words([]) == []
