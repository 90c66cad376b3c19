from mattebox.streaming.manifest import UNDECIDED, Addresses
from mattebox.streaming.places import Place, Places

BEFORE = Addresses(("v0", "v1"), {"o1": ("a0", "a1")}, "e")
AFTER = Addresses(("v0", "v1"), {"o1": ("a0", "b1"), "o2": ("a0", "c1")}, "e")


def test_a_segment_is_found_wherever_it_is_shown() -> None:
    places = Places()
    places.put("p", AFTER, 1)
    places.put("q", BEFORE, 1)
    assert places.find("a0") == [Place("p", "o1", 0), Place("p", "o2", 0), Place("q", "o1", 0)]
    assert places.find("v1") == [Place("p", None, 1), Place("q", None, 1)]
    places.forget("p")
    assert places.find("c1") == []


def test_who_comes_late_with_what_was_before_changes_nothing() -> None:
    places = Places()
    places.put("p", BEFORE, 0)
    places.put("p", AFTER, 2)
    places.put("p", BEFORE, 1)
    places.put("p", BEFORE, 0)
    assert places.find("b1") == [Place("p", "o1", 1)]
    assert places.find("a1") == []
    places.put("p", BEFORE, 3)
    assert places.find("a1") == [Place("p", "o1", 1)]


def test_what_is_decided_later_is_found_too() -> None:
    places = Places()
    places.put("p", Addresses(("v0", "v1"), {"o1": ("a0", UNDECIDED)}, "e"), 1)
    assert places.find(UNDECIDED) == []
    places.put("p", BEFORE, 1)
    assert places.find("a1") == [Place("p", "o1", 1)]


def test_what_several_projects_share_is_owed_by_none_of_them() -> None:
    places = Places()
    places.put("p", AFTER, 1)
    assert (places.owner("v1"), places.owner("a0")) == ("p", "p")
    places.put("q", BEFORE, 1)
    assert (places.owner("v0"), places.owner("v1")) == ("v0", "v1")
    assert (places.owner("a1"), places.owner("b1")) == ("q", "p")


def test_projects_used_long_ago_are_let_go() -> None:
    places = Places()
    for number in range(100):
        places.put(f"p{number}", BEFORE, 1)
        places.put("open", BEFORE, 1)
    shown = {place.project for place in places.find("v0")}
    assert len(shown) == 64
    assert {"open", "p99"} <= shown


def test_a_project_in_use_outlasts_one_that_came_after_it() -> None:
    places = Places()
    for name in ("open", *(f"p{number}" for number in range(63)), "open", "late"):
        places.put(name, BEFORE, 1)
    shown = {place.project for place in places.find("v0")}
    assert "open" in shown
    assert "p0" not in shown
