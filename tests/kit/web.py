"""Whether a panel answers, whatever it says of the station."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any


def health(port: int) -> tuple[int, dict[str, Any]]:
    """What `/healthz` says: the code, and each part's word; 0 while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
    except OSError:
        return 0, {}


def answers(port: int) -> bool:
    """Whether the panel of this port answers."""
    return health(port)[0] != 0
