"""Letters of other alphabets that look like Latin ones, and characters that are not seen at all.

Unicode's compatibility forms (fullwidth, mathematical, circled letters) and accents are taken apart
before (NFKD), so that only letters that Unicode holds for others are listed. A small part of the
idea of Unicode TR39; each pair was chosen by how the letters look.
"""

import unicodedata

_LATIN = {
    "a": "аαɑᴀꭺⲁаӕ",
    "b": "ЬьвβʙɓƀᏏ",
    "c": "сςᴄƈɕⲥ",
    "d": "ԁᴅɗɖđժᏧ",
    "e": "еεєҽɛəɘᴇɇөєⲉ",
    "f": "ғϝƒꜰք",
    "g": "ɡցɢԍɠǥ",
    "h": "һհнʜħɦհᏂ",
    "i": "іιıɩɪɨᎥ",
    "j": "јϳʝɉյᴊȷ",
    "k": "кκᴋƙĸⲕ",
    "l": "łɫɭƚʟןⳑӏӀ",
    "m": "мᴍɱ",
    "n": "пηոɴŋɲɳ",
    "o": "оοσօᴏøɵⲟ౦०",
    "p": "рρᴘƥⲣ",
    "q": "ԛգզɋ",
    "r": "гᴦʀɾɼɽᴙⲅ",
    "s": "ѕꜱʂƽ",
    "t": "тτᴛŧƭʈ",
    "u": "υսᴜʉʊци",
    "v": "νѵᴠʋ",
    "w": "ԝѡωшɯաᴡ",
    "x": "хχⲭ",
    "y": "уγүʏƴყɏỿ",
    "z": "ᴢʐƶʑ",
    "A": "АΑᎪꓮ",
    "B": "ВΒᏴꓐ",
    "C": "СᏟꓚ",
    "D": "ꓓᎠĐ",
    "E": "ЕΕЄᎬꓰ",
    "F": "Ϝꓝ",
    "G": "ԌᏀꓖ",
    "H": "НΗᎻꓧ",
    "I": "ІΙꓲ",
    "J": "ЈͿᎫꓙ",
    "K": "КΚᏦꓗ",
    "L": "ᏞꓡԼŁ",
    "M": "МΜᎷꓟ",
    "N": "Νꓠ",
    "O": "ОΟՕꓳØ",
    "P": "РΡᏢꓑ",
    "Q": "Ԛ",
    "R": "ᎡᏒꓣ",
    "S": "ЅՏᏚꓢ",
    "T": "ТΤᎢꓔ",
    "U": "Սꓴ",
    "V": "ѴᏙꓦ",
    "W": "ԜᎳꓪ",
    "X": "ХΧꓫ",
    "Y": "УΥҮꓬ",
    "Z": "ΖᏃꓜ",
    "ss": "ß",
    "ae": "æ",
    "oe": "œ",
    "'": "’‘ʼʹ′ꞌ",
    "-": "‐‒–—−",
    "/": "⁄∕",
    "\\": "∖⧵",
    "{": "❴",
    "}": "❵",
}
_RANGES = ((0x1F150, 26), (0x1F170, 26), (0x1F1E6, 26))
"""First characters of alphabets of capital letters that Unicode counts as symbols."""

_UNSEEN = frozenset(("Cf", "Mn", "Me", "Cc"))
_SPACES = "\t\n\v\f\r"
_FILLERS = "\u115f\u1160\u3164\uffa0\u2065"
"""Letters of Hangul without a shape, and a code point that is kept for such characters."""


class Skeleton(dict[int, str]):
    """Table for `str.translate`: what a reader sees of each character; grows as it is used.

    Look-alikes become Latin letters, digits of any script become 0 to 9, format characters, accents
    and control characters but white space vanish.
    """

    def __init__(self) -> None:
        super().__init__()
        for seen, others in _LATIN.items():
            self.update(dict.fromkeys(map(ord, others), seen))
        for first, count in _RANGES:
            self.update({first + place: chr(ord("A") + place) for place in range(count)})
        self.update(dict.fromkeys(map(ord, _FILLERS), ""))
        self.update({ord(space): space for space in _SPACES})

    def __missing__(self, code: int) -> str:
        char = chr(code)
        category = unicodedata.category(char)
        if category in _UNSEEN or 0xE0000 <= code <= 0xE0FFF:
            seen = ""
        elif category == "Nd":
            seen = str(unicodedata.decimal(char))
        else:
            seen = char
        self[code] = seen
        return seen
