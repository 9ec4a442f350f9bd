"""What the system costs, on real servers of this machine; `make bench` prints it."""

import verifier.faces  # noqa: F401 - sets what OpenCV reads before OpenCV is imported
