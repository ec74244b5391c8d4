"""Templates into pages: Bottle's SimpleTemplate, compiled once, looked up in this package's ``templates`` only.

How to write a page
-------------------

``templates/account_list.tpl``::

    % rebase("layout.tpl", title=say("Accounts"), here="accounts")
    <h1>{{say("Accounts")}}</h1>
    <form method="post" action="{{url("/auth/delete")}}">
      % include("csrf.tpl")
      <input type="hidden" name="name" value="{{name}}">
      <button class="button danger">{{say("Delete {name}", name=name)}}</button>
    </form>

and in a route ``return respond("account_list", name=name)``; a test without a request calls ``render`` itself.

* ``{{…}}`` escapes, ``{{!…}}`` does not and is for ``base`` and for text that another template made.
  Attribute values always stand in double quotes.
* No inline script, no inline style, no ``style`` attribute, no ``on…`` attribute: the Content-Security-Policy forbids them.
* Every template knows these names:
  ``say(text, **values)`` the text in the visitor's language; ``lang`` the language's code;
  ``url(path, **query)`` a link that knows the external base path: ``url("/auth/edit", name="工作")``;
  ``static(file)`` the address of a file in ``static/``, with its hash, so that it may be cached for a year;
  ``visitor`` (``admin``, ``csrf``, ``address``, ``scheme``, ``base``) and ``settings``.
* ``layout.tpl`` takes ``title`` (already said), ``here`` (``"quota"``, ``"charts"`` or ``"accounts"``, the entry of the
  navigation that is marked), ``wide`` (True for the whole width, else a column for reading), ``scripts`` and ``every``
  (files of ``static/`` to load besides; seconds after which a browser without JavaScript loads the page again, 0 for never).
* ``layout.tpl`` sets the referrer policy ``same-origin``, because with ``no-referrer`` alone browsers send ``Origin: null`` with
  every form, which nobody can check (Fetch, "append a request Origin header").
* ``csrf.tpl`` is the hidden field of every form that changes something.
* To refuse, ``raise refusal(404, "There is no account named x.", "See the list of accounts.")``: the application answers with a
  small page, with one line to curl and with JSON below ``/api``.

Words of the style sheet that pages share:

* ``button`` (also ``button primary``, ``button danger``, ``button quiet``), on ``button`` and ``a`` alike;
  ``actions``: a row of them;
* ``field``: a ``div`` around label, input and ``small`` help; ``field wrong`` when it was refused;
* ``notice`` (also ``notice good``, ``notice warning``, ``notice error``); errors get ``role="alert"``;
* ``card``: a smaller box, with ``head`` for its first line and in that ``who`` for the name and what belongs to it;
* ``panel``: a box with an outline; ``stack``: children with even space; ``list``: a table;
* ``badge`` (also ``badge good``, ``badge low``, ``badge bad``), ``quiet`` for lesser text, ``code``.
"""

from __future__ import annotations

from functools import cache, lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from bottle import HTTPError, HTTPResponse, SimpleTemplate, request

from .language import choose

if TYPE_CHECKING:
    from .gate import Visitor
    from .language import Language
    from .settings import Settings

_HERE = Path(__file__).parent
TEMPLATES, STATIC = _HERE / "templates", _HERE / "static"


def render(template: str, visitor: Visitor, language: Language, settings: Settings, **data: Any) -> str:  # noqa: ANN401
    """The page that ``templates/<template>.tpl`` makes of *data*, which may replace the names every template knows."""
    known = {
        "say": language.say,
        "lang": language.code,
        "url": partial(link, visitor.base),
        "static": partial(static_link, visitor.base),
        "visitor": visitor,
        "settings": settings,
    }
    page: str = _compiled(template).render(known | data)
    return page


def respond(template: str, status: int = 200, **data: Any) -> HTTPResponse:  # noqa: ANN401
    """The answer to the request that is being served: the page in the visitor's language, as HTML."""
    page = render(template, this_visitor(), this_language(), request.app.config["codex_quota.settings"], **data)
    return HTTPResponse(page, status, {"Content-Type": "text/html; charset=utf-8", "Vary": "Accept-Language, Cookie"})


def refusal(status: int, message: str, hint: str = "", **headers: str) -> HTTPError:
    """What a route raises instead of answering: one sentence of what is wrong, and one of what to do, both translated already.

    Names of *headers* have underscores in place of dashes.
    """
    error = HTTPError(status, message, **headers)
    error.hint = hint
    return error


def this_visitor() -> Visitor:
    """Who sent the request that is being served."""
    visitor: Visitor = request.environ["codex_quota.visitor"]
    return visitor


def this_language() -> Language:
    """The language for the request that is being served."""
    return _language(request.headers.get("Accept-Language"))


def link(base: str, path: str, **query: object) -> str:
    """*path* below the external *base* path, with what of *query* is neither None nor empty."""
    given = {key: str(value) for key, value in query.items() if value not in (None, "")}
    return quote(base + path, safe="/~.@+-") + (f"?{urlencode(given)}" if given else "")


def static_link(base: str, file: str) -> str:
    """The address of *file* in ``static/``, which changes with the file."""
    return link(base, f"/static/{file}", v=fingerprint(file))


@cache
def fingerprint(file: str) -> str:
    """Twelve hexadecimal digits that change with the file; raises ``FileNotFoundError``."""
    return sha256((STATIC / file).read_bytes()).hexdigest()[:12]


@lru_cache(64)
def _language(accept: str | None) -> Language:
    return choose(accept)


@cache
def _compiled(template: str) -> SimpleTemplate:
    return SimpleTemplate(name=f"{template}.tpl", lookup=[str(TEMPLATES)])
