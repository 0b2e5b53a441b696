"""Who a browser is, and what it keeps of that."""

from __future__ import annotations

import pytest
from starlette.responses import Response

from rag.errors import ConversationError
from rag.web.identity import COOKIE, owner_of, remember, visitor


def test_a_new_browser_gets_an_id_of_its_own_and_keeps_it() -> None:
    new = visitor({})
    assert new != visitor({})
    response = Response()
    remember(new, response)
    cookie = response.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}={new};")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie  # whoever follows a link from elsewhere stays the same visitor
    assert visitor({COOKIE: new}) == owner_of({COOKIE: new}) == new


@pytest.mark.parametrize("held", ["", "x", "<script>alert(1)</script>", "a" * 100, "../../../../etc/passwd"])
def test_any_other_cookie_belongs_to_nobody(held: str) -> None:
    assert visitor({COOKIE: held}) != held
    with pytest.raises(ConversationError, match="Allow cookies for this page"):
        owner_of({COOKIE: held})
