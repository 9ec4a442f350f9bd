"""The entry of a web server; everything is read from the environment here, once a process."""

import os

from checkin_api.app import create_app
from checkin_api.settings import WebSettings
from storage.parts import open_parts
from storage.settings import StorageSettings
from storage.telemetry import log_to_stdout

log_to_stdout()
app = create_app(WebSettings.read(os.environ), open_parts(StorageSettings.read(os.environ)))
