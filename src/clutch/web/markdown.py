"""Markdown that people typed, as HTML that can't harm anybody.

Raw HTML is text, images are left out (their address would tell a stranger who reads), links leave
the site marked as somebody's own.
"""

from __future__ import annotations

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_READER = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False}).enable(
    ["table", "strikethrough"]
)
_READER.disable(["image"])

_TAGS = {
    *("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "a"),
    *("h3", "h4", "h5", "h6"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
# A table can blow a short text up; then it is shown as it was typed.
_LARGEST = 500_000
# A text stands below the page's own title and section: its headings begin at the third level.
_LOWER = {f"h{level}": f"h{min(level + 2, 6)}" for level in range(1, 7)}


@lru_cache(maxsize=128)
def markdown(text: str) -> Markup:
    """The text as HTML."""
    tokens = _READER.parse(text)
    for token in tokens:
        token.tag = _LOWER.get(token.tag, token.tag)
    html = _READER.renderer.render(tokens, _READER.options, {})
    if len(html) > _LARGEST:
        return Markup("<pre>{}</pre>").format(text)
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener ugc",
    )
    return Markup(clean)  # noqa: S704 - nh3 has just cleaned it
