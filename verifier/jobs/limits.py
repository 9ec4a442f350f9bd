"""What one photo may cost the machine, and that a horse does not outlive its worker."""

import ctypes
import os
import resource
import signal
from pathlib import Path

CPU_SECONDS_A_ROW = 5
# A photo's worth, and the address space that the C library sets aside for two more threads.
MEMORY_FOR_A_ROW = (400 + 2 * 72) * 1024 * 1024
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with(parent: int) -> None:
    """Lets the kernel kill this process when its parent dies, however that dies."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:  # it died before the kernel was told
        os._exit(1)


def limit_memory() -> None:
    """Caps this process's memory at what it has now and a photo's worth more.

    A decompression bomb that passed every check then fails in the decoder, not the machine.
    """
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    now = pages * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (now + MEMORY_FOR_A_ROW, hard))


def allow_cpu_for_a_row() -> None:
    """Lets the kernel end this process once it computes longer than any photo should take."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS_A_ROW
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def allow_cpu_for_a_photo() -> None:
    """Begins the limit anew for one more photo of the row in hand, where there is a limit."""
    if resource.getrlimit(resource.RLIMIT_CPU)[0] != resource.RLIM_INFINITY:
        allow_cpu_for_a_row()
