"""The explanation of a spoken text as plain data, for `--explain` and the panel."""

from __future__ import annotations

from typing import Any

from broadcaster.text.spoken import Spoken


def explain(spoken: Spoken) -> dict[str, Any]:
    """A JSON-able record: the spoken text, its sentences, every span with its reason, and the notices."""
    return {
        "text": spoken.text,
        "sentences": [
            {"text": s.text, "start": s.start, "end": s.end, "pause_ms": s.pause_ms, "paragraph": s.paragraph}
            for s in spoken.sentences
        ],
        "spans": [
            {
                "start": s.start,
                "end": s.end,
                "written": s.written,
                "spoken": s.spoken,
                "rule": s.rule,
                "reason": s.reason,
                "alternatives": list(s.alternatives),
                "look": s.look,
            }
            for s in spoken.spans
        ],
        "warnings": [{"code": n.code, "message": n.message, "start": n.start, "end": n.end} for n in spoken.warnings],
    }
