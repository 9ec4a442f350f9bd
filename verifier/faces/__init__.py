"""The machines that look at faces; `examine` is the way in. Not for the web process: heavy.

OpenCV reads both settings once, when cv2 is first imported; set later they count for nothing.
They are a second fence behind `verifier.photos`: a 389 KB PNG decodes to 2.3 GB without the first,
and the second silences OpenCV's own warnings (libjpeg still writes a line of its own to stderr
about a damaged scan; it names no file and no content).
"""

import os

os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", "26000000")
os.environ.setdefault("OPENCV_LOG_LEVEL", "ERROR")
