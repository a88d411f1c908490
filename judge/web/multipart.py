"""A form that carries a file: its fields are read first, and the file in blocks as they come, kept nowhere.

Pages put the file behind their fields; so whoever may send none is refused before it has been read.
"""

from collections.abc import Iterator
from http import HTTPStatus

from flask import g, request
from werkzeug.datastructures import MultiDict
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from judge.config import settings
from judge.web.faults import Fault

MEDIA_TYPE = "multipart/form-data"
_BLOCK_BYTES = 64 * 1024
_FIELDS_BYTES = 64 * 1024
_MOST_FIELDS = 20


class FormWithFile:
    """The form of this request; ``file_name`` is empty where no file was chosen. Raises Fault (400)."""

    def __init__(self) -> None:
        # Before the stream is asked for, which keeps to it.
        request.max_content_length = settings().max_package_bytes + 2 * _FIELDS_BYTES
        boundary = request.mimetype_params.get("boundary", "").encode()
        self._decoder = MultipartDecoder(boundary, 4 * _BLOCK_BYTES, max_parts=_MOST_FIELDS)
        self._events = self._decoded()
        self.fields: MultiDict[str, str] = MultiDict()
        self.file_name = ""
        self._read_fields()

    def blocks(self) -> Iterator[bytes]:
        """What the file holds; once."""
        for event in self._events if self.file_name else ():
            if isinstance(event, Data):
                yield event.data
                if not event.more_data:
                    return

    def _read_fields(self) -> None:
        """Up to the file."""
        name, content = "", bytearray()
        for event in self._events:
            if isinstance(event, File):
                self.file_name = event.filename or ""
                return
            if isinstance(event, Field):
                name, content = event.name, bytearray()
            elif isinstance(event, Data):
                content += event.data
                if len(content) > _FIELDS_BYTES:
                    raise Fault(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the field {name!r} is too long")
                if not event.more_data:
                    self.fields.add(name, content.decode("utf-8", "replace"))

    def _decoded(self) -> Iterator[Event]:
        try:
            while not isinstance(event := self._decoder.next_event(), Epilogue):
                if isinstance(event, NeedData):
                    self._decoder.receive_data(request.stream.read(_BLOCK_BYTES) or None)
                else:
                    yield event
        except ValueError as error:
            raise Fault(HTTPStatus.BAD_REQUEST, f"the form cannot be read: {error}") from error


def sent() -> FormWithFile:
    """The form of this request, begun to be read once. Raises Fault (400, 413)."""
    if "form_with_file" not in g:
        g.form_with_file = FormWithFile()
    found: FormWithFile = g.form_with_file
    return found
