"""Uzbek Latin to Uzbek Cyrillic, for the uz_Cyrl catalogue (rules of the official alphabet of 1995).

Good for texts we wrote ourselves: what cannot be told from the letters alone (ц, ь in loanwords) is in ``WORDS``.
"""

import re

APOSTROPHES = "'`´ʹʻʼʽ‘’‛′＇"

# Loanwords whose Cyrillic spelling has letters that Latin lost; matched at the start of a word.
WORDS = {
    "aksiya": "акция",
    "avtorizatsiya": "авторизация",
    "filial": "филиал",
    "rol": "роль",
    "parol": "пароль",
    "kontakt": "контакт",
    "operatsiya": "операция",
    "kategoriya": "категория",
    "sessiya": "сессия",
    "seans": "сеанс",
    "sentabr": "сентябрь",
    "oktabr": "октябрь",
    "noyabr": "ноябрь",
    "dekabr": "декабрь",
    "yanvar": "январь",
    "fevral": "февраль",
    "aprel": "апрель",
    "iyun": "июнь",
    "iyul": "июль",
    "detal": "деталь",
    "panel": "панель",
    "model": "модель",
    "inventarizatsiya": "инвентаризация",
    "litsenziya": "лицензия",
    "tashkilot": "ташкилот",
    "elektron": "электрон",
    "ekran": "экран",
    "eksport": "экспорт",
    "server": "сервер",
    "printer": "принтер",
    "skaner": "сканер",
}

# Kept as they are: placeholders, markup, entities, addresses, and names written in capitals or by their makers.
KEEP = re.compile(
    r"%\(\w+\)[sd]|%[sd%]|\{[^}]*\}|<[^>]+>|&\w+;|https?://\S+|[\w.+-]+@[\w.-]+|"
    r"\b(?:SmartPOS|Excel|Telegram|Click|Payme|Bluetooth|Google|Microsoft|Authenticator|Redis|PostgreSQL|"
    r"PIN|SKU|EAN|EAN-13|MXIK|API|CSV|PDF|QR|USD|UZS|KZT|BIN|STIR|TOTP|ID|IP|F\d+|Enter|Ctrl|Esc|Del|Tab)(?![A-Z])"
)

PAIRS = {
    "sʼh": "сҳ",
    "yoʻ": "йў",
    "oʻ": "ў",
    "gʻ": "ғ",
    "sh": "ш",
    "ch": "ч",
    "yo": "ё",
    "yu": "ю",
    "ya": "я",
    "ye": "е",
}
LETTERS = dict(zip("abdefghijklmnopqrstuvxyzcw", "абдефгҳижклмнопқрстувхйзкв", strict=True))
VOWELS = "aeiouаеиоуўяюёэ"


def to_cyrillic(text: str) -> str:
    """The text in Uzbek Cyrillic; placeholders, tags and names are left alone."""
    parts, end = [], 0
    for kept in KEEP.finditer(text):
        parts.append(_convert(text[end : kept.start()]))
        parts.append(kept.group())
        end = kept.end()
    parts.append(_convert(text[end:]))
    return "".join(parts)


def _convert(text: str) -> str:
    text = re.sub(
        rf"(\w)[{APOSTROPHES}]", lambda match: match[1] + ("ʻ" if match[1] in "oOgG" else "ʼ"), text
    )
    return re.sub(r"[A-Za-zʻʼ]+", lambda match: _word(match.group()), text)


def _word(word: str) -> str:
    lower = word.lower()
    for latin, cyrillic in WORDS.items():
        if lower.startswith(latin):
            rest = lower[len(latin) :]
            # The soft sign of a borrowed noun goes when a suffix follows: пароль, паролни.
            stem = cyrillic.removesuffix("ь") if rest else cyrillic
            return _like(word, stem + _letters(rest, before=latin[-1]))
    return _like(word, _letters(lower, before=""))


def _letters(word: str, before: str) -> str:
    out, index = [], 0
    while index < len(word):
        for length in (3, 2):
            chunk = word[index : index + length]
            if chunk in PAIRS:
                out.append(PAIRS[chunk])
                before, index = chunk[-1], index + length
                break
        else:
            letter = word[index]
            if letter == "e":
                out.append("э" if before == "" or before in VOWELS else "е")
            elif letter == "ʼ":
                out.append("ъ")
            elif word[index : index + 2] == "ts" and before in VOWELS and before:
                out.append("ц")
                index += 1
            else:
                out.append(LETTERS.get(letter, letter))
            before = letter
            index += 1
    return "".join(out)


def _like(word: str, converted: str) -> str:
    if word.isupper() and len(word) > 1:
        return converted.upper()
    return converted[:1].upper() + converted[1:] if word[:1].isupper() else converted
