"""The reference phone on the command line: `python -m mobile_contract.client --help`.

Exit status 0 done, 1 refused, 2 wrong use, 3 no answer yet (what was captured waits on disk).
"""

import argparse
import json
import sys

from mobile_contract.client.arguments import parser
from mobile_contract.client.commands import REFUSED, WAITING, UsageError, run
from mobile_contract.client.connection import NoAnswerError, RefusedError, SignInNeededError
from mobile_contract.client.disk import Disk
from mobile_contract.client.keys import Keyring, NotActivatedError
from mobile_contract.client.phone import Phone
from mobile_contract.client.receipts import ReceiptUnprovenError

WRONG_USE = 2


def main() -> int:
    """Run one command and print its answer as JSON."""
    asked = parser().parse_args()
    try:
        status, answer = run(Phone(_server(asked), asked.folder), asked)
    except (UsageError, NotActivatedError, OSError) as error:
        status, answer = WRONG_USE, {"error": str(error)}
    except (RefusedError, SignInNeededError) as refusal:
        status, answer = REFUSED, refusal.problem.model_dump(mode="json", warnings=False)
    except ReceiptUnprovenError as error:
        status, answer = REFUSED, {"proven": False, "error": str(error)}
    except NoAnswerError as error:
        status, answer = WAITING, {"error": f"no answer: {error}"}
    print(json.dumps(answer, ensure_ascii=False, indent=2))
    return status


def _server(asked: argparse.Namespace) -> str:
    if asked.server:
        return str(asked.server)
    return Keyring(asked.folder, Disk()).registration().server_url


if __name__ == "__main__":
    sys.exit(main())
