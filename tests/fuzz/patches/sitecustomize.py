"""Loaded by the web process that `make fuzz ARGS="--leak 8"` starts, and by no other."""

import os

if "FUZZ_LEAK_KIB" in os.environ:
    from tests.fuzz.leak import forget_nothing

    forget_nothing(int(os.environ["FUZZ_LEAK_KIB"]))
