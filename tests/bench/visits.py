"""Users who ask the chat over HTTP, as its page does."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx

Seen = tuple[str, float, dict[str, Any]]  # the question, seconds until its first titles, the last update


async def visit(address: str, question: str) -> Seen:
    """One user asks the chat at `address`, and follows the answer to its end."""
    last: dict[str, Any] = {}
    first = 0.0
    async with httpx.AsyncClient(base_url=address, timeout=300, trust_env=False) as user:
        await user.get("/")  # gets the cookie
        start = time.perf_counter()
        asked = await user.post("/gradio_api/call/page_ask", json={"data": [{"name": "", "question": question}]})
        async with user.stream("GET", f"/gradio_api/call/page_ask/{asked.json()['event_id']}") as events:
            async for line in events.aiter_lines():
                if line.startswith("data: ["):
                    last = json.loads(line[6:])[0]
                    shown = last.get("turns", "") + last.get("turn", "")
                    if not first and ('class="paper"' in shown or 'class="reading"' in shown):
                        first = time.perf_counter() - start
    return question, first, last
