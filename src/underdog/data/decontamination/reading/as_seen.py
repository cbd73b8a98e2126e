r"""A text as a person sees it: no accents, no characters without a shape, no markup.

Taken out are the markup of LaTeX around words (`\text{}`, `\textbf{}`, spacing), tags and comments
of HTML, and links of Markdown. Other commands of LaTeX stay as words (`\frac` is `frac`). Emphasis
inside words is left to the tokens, which pass over it.
"""

import html
import re
import unicodedata

from underdog.data.decontamination.reading.lookalikes import Skeleton

_SKELETON = Skeleton()
_ROUNDS = 6
"""Most nested commands that are taken apart; deeper ones lose their names only."""

_COMMENT = re.compile(r"<!--[^<>]*-->")
_ATTRIBUTES = r"(?:\s[^<>]*)?/?>"
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|"
    rf"strike|strong|sub|sup|time|tt|u|var|wbr){_ATTRIBUTES}",
    re.IGNORECASE,
)
_BLOCK = re.compile(
    r"</?(?:article|aside|blockquote|body|br|center|dd|div|dl|dt|footer|h[1-6]|head|header|hr|html|"
    rf"img|li|main|nav|ol|p|pre|section|table|tbody|td|th|thead|tr|ul){_ATTRIBUTES}",
    re.IGNORECASE,
)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")

_BREAK = re.compile(r"\\\\(?:\[[^\[\]]*\])?")
_THOUSANDS = re.compile(r"(?<=\d)(?:\{,\}|,?\\[!,;:] ?,?|\\ )(?=\d{3}(?!\d))")
_NOTHING = re.compile(r"\\[!/@\-]|\{\}|\\(?:allowbreak|nobreak|null)(?![A-Za-z]) ?")
_SPACE = re.compile(r"\\[,;: ]|\\q?quad(?![A-Za-z])|\\[hv](?:space|skip)\*?\s*(?:\{[^{}]*\})?")
_COLOUR = re.compile(
    r"\\(?:textcolor|colorbox|href|fontsize|raisebox|scalebox)\s*(?:\[[^\[\]]*\])?"
    r"\s*\{[^{}]*\}\s*\{([^{}]*)\}"
)
_WRAP = re.compile(
    r"\\(?:(?:text|math|emph|pmb|bm|operatorname|boldsymbol|uline|underline|overline|underbrace|mbox|"
    r"hbox|makebox|fbox|boxed|ensuremath|phantom|smash|rlap|llap)[a-z]*)\*?\s*"
)
_WRAPPED = re.compile(_WRAP.pattern + r"\{([^{}]*)\}")
_ACCENT = re.compile(r"\\['\"^`~=.]\s*\{?\\?([A-Za-z])\}?")
_STYLE = re.compile(
    r"\\(?:left|right|[bB]igg?[lrm]?|displaystyle|textstyle|scriptstyle|bf|bfseries|it|itshape|rm|"
    r"sf|tt|sc|em|tiny|small|normalsize|large|Large|LARGE|huge|color\s*\{[^{}]*\}|limits|nolimits|"
    r"noindent|centering|par)(?![A-Za-z])\s?"
)
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_BRACE = re.compile(r"(?<=[^\W\d_])[{}](?=[^\W\d_])")


def plain_text(text: str) -> str:
    r"""A text as a person sees it.

    Example:
        >>> plain_text("C\u0430f\u00e9s: \\textbf{t}wo <b>e\u00adggs</b>")
        'Cafes: two eggs'
    """
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        # Marks go first, since normalising long rows of them takes quadratic time. At the end a
        # syllable of Hangul is composed again: to a reader it is one character.
        apart = unicodedata.normalize("NFKD", text.translate(_SKELETON))
        text = unicodedata.normalize("NFC", apart.translate(_SKELETON))
    if "<" in text:
        text = _BLOCK.sub(" ", _INLINE.sub("", _COMMENT.sub("", text)))
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    if "\\" in text or "{" in text:
        text = _without_latex(text)
    return text


def _without_latex(text: str) -> str:
    text = _THOUSANDS.sub(",", _BREAK.sub(" ", text))
    text = _SPACE.sub(" ", _NOTHING.sub("", text))
    text = _STYLE.sub("", _ACCENT.sub(r"\1", text))
    for _ in range(_ROUNDS):
        text, colours = _COLOUR.subn(r"\1", text)
        text, wraps = _WRAPPED.subn(r"\1", text)
        if not colours + wraps:
            break
    return _BRACE.sub("", _COMMAND.sub(r" \1 ", _WRAP.sub("", text)))
