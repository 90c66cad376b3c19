"""Looking for garbage stops every thread, so it must be quick."""

import gc

from mattebox.server.run import settle

FEW = 2000


def test_what_is_loaded_at_the_start_is_not_looked_through_again() -> None:
    loaded = len(gc.get_objects())
    settle()
    try:
        assert len(gc.get_objects()) < FEW < loaded
    finally:
        gc.unfreeze()
