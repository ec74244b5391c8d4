"""What a form sent, read in memory alone: a sign-in must not end up in a temporary file."""

from __future__ import annotations

from dataclasses import dataclass

from bottle import BaseRequest, FormsDict, request

from .checks import BODY_LIMITS
from .pages import refusal, this_language

LONGEST_FIELD = 1000


class _InMemory(BaseRequest):  # type: ignore[misc]
    MEMFILE_MAX = max(BODY_LIMITS.values()) + 1


@dataclass(frozen=True, slots=True)
class Upload:
    """One uploaded file: the form's field, the name that the browser told, and the content."""

    field: str
    filename: str
    data: bytes

    @property
    def stem(self) -> str:
        """The file's name without directories and without ``.auth.json`` or ``.json``."""
        name = self.filename.replace("\\", "/").rpartition("/")[2]
        return name.removesuffix(".auth.json").removesuffix(".json")


@dataclass(frozen=True, slots=True)
class Form:
    """The fields and files of the request that is being served."""

    fields: FormsDict
    uploads: tuple[Upload, ...]

    def text(self, name: str) -> str:
        """A short field without space at its edges; empty when it is not there or is no text."""
        value = str(self.fields.getunicode(name, ""))
        return value.strip()[:LONGEST_FIELD]

    def sign_in(self) -> str | bytes:
        """The pasted sign-in, or the uploaded one, or the empty text."""
        pasted = str(self.fields.getunicode("auth_json", ""))
        if pasted.strip():
            return pasted.replace("\r\n", "\n")
        return next((file.data for file in self.uploads if file.data.strip()), "")


def posted() -> Form:
    """The form that was sent; refuses what is no form."""
    sent = _InMemory(request.environ)
    try:
        files = [Upload(field, file.raw_filename, file.file.read()) for field, file in sent.files.allitems()]
        return Form(sent.forms, tuple(files))
    except (ValueError, LookupError):
        raise refusal(400, this_language().say("The form cannot be read.")) from None
