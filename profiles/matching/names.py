"""A name as people write it → the folded words and keys under which two spellings of it meet."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii
from nicknames import NickNamer

TITLES = frozenset(
    (
        "mr mrs ms miss mx dr prof professor herr frau sir dame lady lord rev reverend fr madame mme monsieur mlle "
        "sr sra srta senor senora señor señora dipl ing mag dra don dona doña sig signor signora capt captain col "
        "hon president sheikh shaikh shaykh haji hajji mullah г-н г-жа господин госпожа mstr master messrs"
    ).split()
)
GENERATIONS = {
    "jr": "2", "junior": "2", "jnr": "2", "sr": "1", "senior": "1", "snr": "1", "i": "1", "ii": "2", "2nd": "2",
    "iii": "3", "3rd": "3", "iv": "4", "4th": "4",
}  # fmt: skip
DEGREES = frozenset(
    ["phd", "md", "mba", "esq", "msc", "bsc", "ba", "ma", "dds", "cpa", "rn", "llm", "jd", "pe", "obe", "mbe", "ret"]
)
PARTICLES = frozenset(
    (
        "van von de der den del della di da du la le los las dos das do el al bin ibn ben bint abu st mc mac o ter "
        "ten zu zum zur af av y e"
    ).split()
)
NO_NAME = frozenset(
    (
        "test tester testing unknown none null na nan n/a undefined anonymous anon guest customer user admin asdf "
        "qwerty xxx xx x dummy fake noname name first last firstname lastname surname tbd unbekannt inconnu "
        "desconocido sconosciuto not provided private deleted demo sample example abc aaa foo bar nobody someone "
        "info office"
    ).split()
)
# Names that letters of another script are written as; all that stand in one line are one.
SPELLINGS = {
    word: line.split()[0]
    for line in (
        "mohammed muhammad mohammad mohamed mohamad muhammed muhamad mohd mukhammad mehmed",
        "ahmed ahmad ahmet achmad", "yusuf yousef youssef yousuf yusef jusuf", "hussein husain hussain husein hossein hosein",
        "mahmoud mahmud mahmood mahmut", "omar umar omer", "abdullah abdallah abdulla", "ibrahim ebrahim ibraheem",
        "sergey sergei sergej serhiy serge", "yuri yury iurii jurij yuriy", "dmitry dmitri dimitri dmitriy dmytro dimitrios",
        "alexey alexei aleksey aleksej oleksiy", "alexander aleksandr alexandr aleksander oleksandr", "mikhail michail mykhailo",
        "giorgos georgios yorgos george", "yannis ioannis giannis",
    )
    for word in line.split()
}  # fmt: skip
_nicknames = NickNamer()


@dataclass(frozen=True)
class PersonName:
    given: str | None = None
    middle: str | None = None
    surname: str | None = None
    suffix: str | None = None


@lru_cache(200_000)
def fold(text: str) -> str:
    """Lower-case ASCII letters and digits, words parted by one blank, whatever the script."""
    text = unicodedata.normalize("NFKC", text).replace("ß", "ss")
    for letter, spelled in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ø", "oe"), ("å", "aa")):
        text = text.replace(letter, spelled).replace(letter.upper(), spelled)
    if not text.isascii():
        text = anyascii("".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf"))
    text = re.sub(r"(?<=\w)['’`´](?=\w)", "", text.lower())
    return " ".join(re.findall(r"[a-z0-9]+", text))


@lru_cache(200_000)
def sound(word: str) -> str:
    """What stays of a word when the choices of transliteration and the vowels are taken out."""
    for spelled, heard in (
        ("sch", "s"), ("tch", "c"), ("sh", "s"), ("ch", "c"), ("zh", "z"), ("dzh", "j"), ("kh", "h"), ("ph", "f"),
        ("th", "t"), ("gh", "g"), ("ck", "k"), ("ou", "u"), ("oe", "o"), ("ue", "u"), ("ae", "a"), ("w", "v"),
        ("q", "k"), ("x", "ks"), ("ts", "c"), ("tz", "c"), ("dj", "j"), ("dh", "d"), ("z", "s"), ("c", "k"), ("y", "i"), ("j", "i"),
    ):  # fmt: skip
        word = word.replace(spelled, heard)
    kept = word[:1] + re.sub(r"[aeiouh]", "", word[1:])
    return re.sub(r"(.)\1+", r"\1", kept)


@lru_cache(200_000)
def skeleton(word: str) -> str:
    """The consonants alone: scripts that leave out vowels write no more."""
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouhivj]", "", sound(word).replace("v", "")))


@lru_cache(200_000)
def name_keys(name: str, *, given: bool) -> tuple[str, ...]:
    """The keys of a given name or surname; two names that share one are spellings or short forms of each other."""
    folded = fold(name)
    keys = {folded.replace(" ", "")}
    words = [w for w in folded.split() if w not in PARTICLES] or folded.split()
    keys.update(w for w in words if len(w) > 2)
    if given:
        for word in words[:2]:
            canon = _nicknames.canonicals_of(word)
            keys.update(f"~{c}" for c in canon)
            if word in SPELLINGS:
                keys.add(f"~{SPELLINGS[word]}")
            if _nicknames.nicknames_of(word):
                keys.add(f"~{word}")
    keys.update(f"={sound(w)}" for w in words if len(sound(w)) > 2)
    keys.update(f"^{skeleton(w)}" for w in words if len(skeleton(w)) > (1 if w[0] in "aeiouhy" else 2))
    return tuple(sorted(keys))[:40]


def _words(text: str | None) -> list[str]:
    text = re.sub(r"\(.*?\)|\".*?\"", " ", unicodedata.normalize("NFKC", text or ""))
    return [w for w in re.split(r"[\s.;/·・]+", text.replace("’", "'")) if re.search(r"\w", w)]


def _junk(word: str) -> bool:
    folded = fold(word)
    return not folded or folded.replace(" ", "") in NO_NAME or folded.isdigit() or "@" in word


def _take_suffix(words: list[str]) -> tuple[list[str], str | None]:
    suffix = None
    while len(words) > 1 and (fold(words[-1]) in GENERATIONS or fold(words[-1]) in DEGREES):
        suffix = GENERATIONS.get(fold(words[-1]), suffix)
        words = words[:-1]
    return words, suffix


def _drop_titles(words: list[str]) -> list[str]:
    while len(words) > 1 and fold(words[0]) in TITLES:
        words = words[1:]
    return words


def split_full_name(text: str) -> PersonName:
    """“Last, First Middle” or “First Middle van Last Jr”; a name in Han or Hangul without blanks has its surname first."""
    text = re.sub(r"<[^>]*>", " ", text).strip()
    if not re.search(r"[\s,.]", text):  # written as one word
        text = re.sub(r"(?<=[a-zà-ÿ]{2})(?=[A-ZÀ-Þ][a-zà-ÿ]{2})|-", " ", text)
    before, comma, after = text.partition(",")
    rest = _drop_titles(_words(after))
    if comma and rest and not (len(rest) == 1 and fold(rest[0]) in {*GENERATIONS, *DEGREES}):
        surname, suffix = _take_suffix(_drop_titles(_words(before)))
        given, other = _take_suffix(rest)
        return PersonName(given[0], " ".join(given[1:]) or None, " ".join(surname) or None, suffix or other)
    words, suffix = _take_suffix(_drop_titles(_words(before) + (rest if comma else [])))
    if len(words) == 1 and re.fullmatch(r"[\u3400-\u9fff]{2,4}|[\uac00-\ud7a3]{2,4}", words[0]):
        return PersonName(words[0][1:], None, words[0][:1], suffix)
    if len(words) < 2:
        return PersonName(surname=words[0] if words else None, suffix=suffix)
    start = len(words) - 1
    while start > 1 and fold(words[start - 1]) in PARTICLES:
        start -= 1
    return PersonName(words[0], " ".join(words[1:start]) or None, " ".join(words[start:]), suffix)


@lru_cache(200_000)
def person_name(
    first: str | None, middle: str | None, last: str | None, suffix: str | None, full: str | None
) -> PersonName:
    """The parts of a name, without titles, placeholders and degrees; as written, not folded."""
    if not (first or last) and full:
        name = split_full_name(full)
    elif (first and not last and " " in first.strip()) or (last and not first and ("," in last or " " in last.strip())):
        name = split_full_name(first or last or "")
    else:
        given, gen_first = _take_suffix(_drop_titles(_words(first)))
        family, gen_last = _take_suffix(_drop_titles(_words((last or "").replace(",", " "))))
        extra = " ".join([*given[1:], *_words(middle)]) or None
        name = PersonName(given[0] if given else None, extra, " ".join(family) or None, gen_first or gen_last)
    given_name = None if name.given and _junk(name.given) else name.given
    surname = None if name.surname and _junk(name.surname) else name.surname
    return PersonName(given_name, middle or name.middle, surname, GENERATIONS.get(fold(suffix or "")) or name.suffix)
