"""An authenticator app as officers have one on their phones."""

import time
from dataclasses import dataclass, field

import pyotp


@dataclass
class Authenticator:
    """Shows codes of one secret, none of them twice."""

    secret: str = field(repr=False)
    last_step: int = 0

    def code(self) -> str:
        """The code of now, or the next one, which a server takes half a minute early."""
        app = pyotp.TOTP(self.secret)
        step = max(app.timecode(time.time()), self.last_step + 1)
        while step > app.timecode(time.time()) + 1:
            time.sleep(0.5)
        self.last_step = step
        return app.generate_otp(step)
