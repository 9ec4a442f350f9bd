"""The entry of a web server; everything is read from the environment here, once a process."""

import os

from checkin_api.app import create_app
from checkin_api.settings import WebSettings
from storage.database import DOOR
from storage.parts import open_parts
from storage.reach import Heart, process_name
from storage.settings import StorageSettings
from storage.telemetry import log_to_stdout

log_to_stdout()
parts = open_parts(StorageSettings.read(os.environ))
app = create_app(WebSettings.read(os.environ), parts)
# A silence of all web processes is an outage, and excuses the windows it covers.
Heart(parts, DOOR, process_name("web")).start()
