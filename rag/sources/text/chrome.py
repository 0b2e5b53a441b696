"""Page chrome of a Hugging Face listing saved as text: the dates, counts, buttons and menus around the papers."""

from __future__ import annotations

import re

_MONTH = r"""(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?
    |oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"""

_DATE = rf"""(?:(?:published|updated|submitted|posted)(?:\ on|:)?\ )?(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\ )?
    (?:{_MONTH}\ \d{{1,2}}(?:st|nd|rd|th)?(?:,?\ \d{{4}})? | \d{{1,2}}\ {_MONTH}(?:,?\ \d{{4}})? | {_MONTH}\ \d{{4}}
    |\d{{4}}-\d\d-\d\d | \d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}} | today | yesterday
    |(?:about\ )?(?:\d+|an?)\ (?:second|minute|hour|day|week|month|year)s?\ ago)"""

# Capitalized only: a line of a wrapped abstract may consist of the word "models". What was matched is never tried in
# another way (`?>`, `*+`), because "Trending Papers" is one entry or two, and many of them would be 2^n ways.
_MENU = r"""(?-i:(?=[A-Z]))(?>(?:hugging\ face|models|datasets|spaces|(?:(?:daily|trending)\ )?papers|trending
    |posts|docs|enterprise|pricing|log\ in|sign\ up|community|collections|blog|forum|jobs|careers|company|website|tos
    |privacy|about|home|terms(?:\ of\ service)?|search|back|previous|next|load\ more|discussions?)[\s·•|,/]*+)++"""

_COUNT = r"""[+\#]?\d[\d,]*(?:\.\d+)?\ ?k?
    | \d[\d.,]*k?\ (?:authors?|upvotes?|comments?|likes?|views?|replies)
    | (?:upvotes?|comments?|likes?|github)\ ?[\d.,k]*"""

_BUTTON = r"""new | subscribe | get\ trending\ papers[^!]*+(?:!\ ?get\ trending\ papers[^!]*+)*+!?
    | your\ daily\ dose.* | by\ ?AK\b.* | ©.*
    | submitted\ by(?:\ \S+){0,3} | authors?:.* | add\ to\ collection | project\ page
    | view\ (?:arxiv|project|paper)\ page | view\ (?:pdf|paper|on\ \w+) | abstract | pdf | arxiv"""

_CHROME = re.compile(rf"[\W_]* | {_DATE} | {_MENU} | {_COUNT} | {_BUTTON}", re.IGNORECASE | re.VERBOSE)

# The button's label runs into the first title. A title may itself start with "Subscriber" or "Subscribe-".
_GLUED = re.compile(r"(?:Get trending papers[^!]*+!\s*+)*+Subscribe(?=[^\s\-a-z]|[a-z][A-Z])")

# Menu entries that are also last words of titles: the last word of a wrapped title may be a line of its own.
AMBIGUOUS = re.compile(r"Models|Datasets|Spaces|Papers|Search|Privacy|Communit(?:y|ies)|Discussion|Trending")


def strip(line: str) -> str:
    """`line`, a single line of plain text, without its chrome; "" if it is nothing else."""
    if glued := _GLUED.match(line):
        line = line[glued.end() :]
    return "" if _CHROME.fullmatch(line.strip(" ·•|*–—-")) else line
