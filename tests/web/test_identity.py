"""Who a browser is, and what it is told to keep of that."""

from __future__ import annotations

import pytest
from starlette.responses import Response

from rag.errors import ConversationError
from rag.web.identity import COOKIE, owner_of, remember, visitor


def test_a_new_browser_gets_a_number_of_its_own_and_keeps_it() -> None:
    new = visitor({})
    assert new != visitor({})
    response = Response()
    remember(new, response)
    told = response.headers["set-cookie"]
    assert told.startswith(f"{COOKIE}={new};")
    assert "HttpOnly" in told
    assert "SameSite=lax" in told  # a link from elsewhere must not make a stranger of who follows it
    assert visitor({COOKIE: new}) == owner_of({COOKIE: new}) == new


@pytest.mark.parametrize("held", ["", "x", "<script>alert(1)</script>", "a" * 100, "../../../../etc/passwd"])
def test_what_is_no_number_of_ours_is_nobody(held: str) -> None:
    assert visitor({COOKIE: held}) != held
    with pytest.raises(ConversationError, match="Allow cookies for this page"):
        owner_of({COOKIE: held})
