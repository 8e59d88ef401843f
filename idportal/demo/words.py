"""What made-up people are called and where they live, in two languages; and what the demo shop sells."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Land:
    """One country's names and addresses, and how its people write a mobile number."""

    language: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    streets: tuple[str, ...]
    address: str  # with {street} and {number}
    towns: tuple[tuple[str, str], ...]
    country: str
    prefix: str
    networks: tuple[str, ...]
    subscriber_digits: int
    domains: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Product:
    slug: str
    name: str
    price: str
    blurb: str

    @property
    def picture(self) -> str:
        return f"demo/{self.slug}.svg"


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


GERMAN = Land(
    language="de",
    given=_words(
        "Anna Lena Mia Emma Hannah Sophie Marie Jürgen Jonas Lukas Leon Finn Paul Felix Björn Käthe Sabine Petra "
        "Ursula Monika Wolfgang Klaus Günther Dieter Uwe Jörg Renate Brigitte Heike Anke Silke Torsten Karsten Ralf "
        "Stefan Ayşe Mehmet Elif Zeynep Piotr Agnieszka Anneliese Karl-Heinz Hans-Peter Anna-Lena Marie-Luise"
    ),
    family=_words(
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein "
        "Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier "
        "Lehmann Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn "
        "Yılmaz Kowalski Nowak von_der_Heide Böhm Groß Straßer"
    ),
    streets=_words(
        "Hauptstraße Bahnhofstraße Gartenstraße Schillerstraße Goethestraße Lindenallee Kirchgasse Am_Markt Birkenweg "
        "Mühlenweg Rosenstraße Bergstraße Dorfstraße Schulstraße"
    ),
    address="{street} {number}",
    towns=(
        ("10115", "Berlin"), ("20095", "Hamburg"), ("80331", "München"), ("50667", "Köln"),
        ("60311", "Frankfurt am Main"), ("70173", "Stuttgart"), ("40213", "Düsseldorf"), ("04109", "Leipzig"),
        ("28195", "Bremen"), ("01067", "Dresden"),
        ("90402", "Nürnberg"), ("45127", "Essen"), ("48143", "Münster"), ("97070", "Würzburg"),
    ),
    country="DE",
    prefix="49",
    networks=("151", "152", "157", "160", "170", "171", "172", "175", "176", "179"),
    subscriber_digits=7,
    domains=("mail.example", "web.example", "post.example.de", "example.com", "firma.example"),
)  # fmt: skip

ENGLISH = Land(
    language="en",
    given=_words(
        "Olivia Amelia Isla Ava Ivy Freya Lily Grace Noah George Oliver Arthur Leo Harry Oscar Jack James William "
        "Thomas Margaret Patricia Susan Elizabeth Robert Bob Liz Kate Catherine Kathryn Steven Stephen Ann Anne "
        "Siobhán Niamh Seán Priya Arjun Mohammed Fatima Chinedu Ngozi Mary-Jane Jean-Paul"
    ),
    family=_words(
        "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker White "
        "Roberts Green Hall Thomas Clarke Jackson Wood Harris Edwards Turner Martin Cooper Hill Ward Hughes Moore King "
        "Lewis Baker Clark Lee O'Brien O'Neill McDonald MacLeod Okafor Khan Singh Murphy Byrne Fitzgerald van_Dyke"
    ),
    streets=_words(
        "High_Street Station_Road Church_Lane Victoria_Road Green_Lane Manor_Road Park_Avenue Queen_Street Mill_Lane "
        "The_Crescent Kings_Road York_Road Springfield_Close Windsor_Terrace"
    ),
    address="{number} {street}",
    towns=(
        ("SW1A 1AA", "London"), ("M1 1AE", "Manchester"), ("B1 1BB", "Birmingham"), ("LS1 4AP", "Leeds"),
        ("EH1 1YZ", "Edinburgh"), ("G1 1XQ", "Glasgow"), ("CF10 1EP", "Cardiff"), ("BS1 4ST", "Bristol"),
        ("L1 8JQ", "Liverpool"), ("NE1 7RU", "Newcastle upon Tyne"), ("BT1 5GS", "Belfast"), ("OX1 1DP", "Oxford"),
    ),
    country="GB",
    prefix="44",
    networks=("7400", "7500", "7700", "7800", "7900", "7911"),
    subscriber_digits=6,
    domains=("mail.example", "inbox.example", "post.example.co.uk", "example.org", "company.example"),
)  # fmt: skip

LANDS = (GERMAN, ENGLISH)

PRODUCTS = (
    Product(slug="kettle", name="Copper kettle", price="64.00", blurb="Two litres, and it sings."),
    Product(slug="lamp", name="Reading lamp", price="48.50", blurb="Warm light for long evenings."),
    Product(slug="blanket", name="Wool blanket", price="89.00", blurb="From sheep that saw the sea."),
    Product(slug="teapot", name="Stone teapot", price="36.00", blurb="Keeps four cups warm for an hour."),
    Product(slug="notebook", name="Linen notebook", price="17.50", blurb="Two hundred pages, no lines."),
    Product(slug="basket", name="Willow basket", price="42.00", blurb="For bread, apples or a small cat."),
)
