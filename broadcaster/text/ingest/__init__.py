"""Office documents into plain text, with a list of what must not be read aloud."""

from broadcaster.text.ingest.document import Document, DocumentError, EncodingChoiceError
from broadcaster.text.ingest.reading import load, read_bytes, read_document, read_script
from broadcaster.text.notes import Note

__all__ = [
    "Document",
    "DocumentError",
    "EncodingChoiceError",
    "Note",
    "load",
    "read_bytes",
    "read_document",
    "read_script",
]
