"""Loaded by every process that `make faults` starts, and by no other: clocks and proofs.

What a worker claims is written down, so that it can be stopped while it holds it. A file
ENDURANCE_FOLDER/skew-ROLE holds by how many seconds that process's clock is wrong.
ENDURANCE_BREAK names a safeguard that is taken away, so that the suite can be seen to fail.
"""

import os

if "ENDURANCE_FOLDER" in os.environ:
    from tests.endurance.broken import take_away
    from tests.endurance.holding import note_claims
    from tests.endurance.skew import wrong_clock

    note_claims(os.environ["ENDURANCE_FOLDER"])
    wrong_clock(os.environ["ENDURANCE_FOLDER"], os.environ["ENDURANCE_ROLE"])
    take_away(os.environ["ENDURANCE_BREAK"], os.environ["ENDURANCE_FOLDER"])
