"""A seeded generator of dirty customer records, with the truth.

python -m benchmarks.dirty_records --people 4000 --seed 1 --out DIR     # records.csv, truth.csv, sources.json"""

import argparse
import csv
import datetime
import json
import random
from collections.abc import Callable
from pathlib import Path

from benchmarks.dirty_people import MAILS, Address, Person, Town

FIELDS = (
    "record_id source created_at title first_name middle_name last_name suffix full_name gender dob email phone phone2 street"
    " city postcode country address_line loyalty_id"
).split()
SOURCES: dict[str, dict[str, str]] = {
    "web": {"name_style": "first_last", "date_format": "%Y-%m-%d"},
    "shop": {"name_style": "full", "date_format": "%d/%m/%Y"},
    "crm": {"name_style": "last_comma_first", "date_format": "%d.%m.%Y"},
    "kiosk": {"name_style": "first_last", "date_format": "%m/%d/%Y"},
    "calls": {"name_style": "full", "date_format": "%d %b %Y"},
    "legacy": {"name_style": "upper", "date_format": "%Y%m%d"},
    "app": {"name_style": "first_last", "date_format": "%b %d, %Y"},
    "store": {"name_style": "full", "date_format": "%d-%m-%y"},
}
NICKNAMES = {
    "Robert": "Bob Rob Bobby", "William": "Bill Will Billy", "James": "Jim Jimmy", "John": "Jack Johnny", "Michael": "Mike Mick",
    "Richard": "Dick Rick Rich", "Joseph": "Joe", "Thomas": "Tom Tommy", "Charles": "Charlie Chuck", "Daniel": "Dan Danny",
    "Matthew": "Matt", "Anthony": "Tony", "Edward": "Ed Ted Eddie", "Steven": "Steve", "Andrew": "Andy Drew", "Elizabeth": "Liz Beth Betty",
    "Margaret": "Maggie Peggy Meg", "Patricia": "Pat Trish Patty", "Jennifer": "Jen Jenny", "Katherine": "Kate Kathy Katie",
    "Catherine": "Cathy Kate", "Susan": "Sue Susie", "Deborah": "Deb Debbie", "Rebecca": "Becky", "Victoria": "Vicky Tori",
    "Alexander": "Alex Sandy", "Samuel": "Sam", "Benjamin": "Ben", "Nicholas": "Nick", "Timothy": "Tim", "Gregory": "Greg",
    "Jonathan": "Jon", "Stephanie": "Steph", "Samantha": "Sam", "Christine": "Chris Tina", "Barbara": "Barb", "Jessica": "Jess",
}  # fmt: skip
PHONES: tuple[Callable[[str], str], ...] = (
    lambda p: p, lambda p: f"+1{p}", lambda p: f"001{p}", lambda p: f"({p[:3]}) {p[3:6]}-{p[6:]}", lambda p: f"{p[:3]}-{p[3:6]}-{p[6:]}",
    lambda p: f"{p[:3]}.{p[3:6]}.{p[6:]}", lambda p: f"+1 {p[:3]} {p[3:6]} {p[6:]}", lambda p: f"1-{p[:3]}-{p[3:6]}-{p[6:]}",
    lambda p: f"{p[:3]} {p[3:]}", lambda p: f"+1 ({p[:3]}) {p[3:6]}-{p[6:]} ext. 2",
)  # fmt: skip
JUNK = {
    "email": (
        "none@none.com",
        "test@test.com",
        "info@shop.com",
        "noreply@crm.com",
        "n/a",
        "customer@store.com",
        "office@example.com",
    ),
    "phone": ("0000000000", "1111111111", "1234567890", "999-999-9999", "n/a", "5555555555"),
    "dob": ("1900-01-01", "01/01/1970", "0000-00-00", "01.01.1900"),
    "first_name": ("Unknown", "Test", "N/A", "Guest", "xxx"),
}
SHORT = {"Street": "St", "Road": "Rd", "Avenue": "Ave", "Lane": "Ln", "Drive": "Dr", "Court": "Ct", "Place": "Pl"}


def typo(dice: random.Random, text: str) -> str:
    if len(text) < 3:
        return text
    at = dice.randrange(len(text) - 1)
    kind = dice.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 2:
        return text[:at] + dice.choice("aeionrstl") + text[at + 1 :]
    return text[:at] + text[at] + text[at:]


class Clerk:
    """Writes down what people say, as eight careless systems do."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    def record(self, person: Person, number: int) -> dict[str, str]:
        source = self.dice.choice(list(SOURCES))
        row = dict.fromkeys(FIELDS, "")
        created = datetime.datetime(2020, 1, 1) + datetime.timedelta(minutes=self.dice.randint(0, 3_000_000))
        row |= {"record_id": f"{source}-{number}", "source": source, "created_at": created.isoformat()}
        self.name(row, person, SOURCES[source]["name_style"])
        self.birth(row, person, SOURCES[source]["date_format"])
        self.contact(row, person)
        self.place(row, person.moved if person.moved and self.chance(0.5) else person.address)
        if person.loyalty and self.chance(0.5):
            row["loyalty_id"] = person.loyalty
        for column, junk in JUNK.items():
            if self.chance(0.03) and (column != "first_name" or row["first_name"]):
                row[column] = self.dice.choice(junk)
        return row

    def name(self, row: dict[str, str], person: Person, style: str) -> None:
        native = person.script != "Latn" and self.chance(0.35)
        surname_of = person.married if person.married and self.chance(0.4) else person.surname
        given = person.given[0] if native else self.dice.choice(person.given[1])
        surname = surname_of[0] if native else self.dice.choice(surname_of[1])
        if given in NICKNAMES and self.chance(0.25):
            given = self.dice.choice(NICKNAMES[given].split())
        if self.chance(0.06):
            given = typo(self.dice, given)
        if self.chance(0.06):
            surname = typo(self.dice, surname)
        if self.chance(0.05) and not native:
            given = given[0]
        if self.chance(0.1):
            given, surname = (
                s.replace("ü", "u").replace("ö", "o").replace("é", "e").replace("ø", "o").replace("á", "a")
                for s in (given, surname)
            )
        middle = person.middle and self.dice.choice(("", person.middle, person.middle[0]))
        suffix = person.suffix if self.chance(0.5) else ""
        if style == "full":
            parts = [self.dice.choice(("", "", "Mr" if person.gender == "m" else "Ms")), given, middle, surname, suffix]
            whole = (
                f"{surname}{given}" if native and person.script in ("Hani", "Hang") else " ".join(p for p in parts if p)
            )
            row["full_name"] = f"{surname}, {given}" if self.chance(0.08) else whole
        elif style == "last_comma_first":
            row["full_name"] = f"{surname}, {given} {middle}".strip()
        else:
            if self.chance(0.03):
                given, surname = surname, given
            row |= {"first_name": given, "last_name": surname, "middle_name": middle, "suffix": suffix}
            if self.chance(0.04):
                row["first_name"] = ""
        if style == "upper":
            row |= {c: row[c].upper() for c in ("first_name", "last_name")}
        if self.chance(0.5):
            row["gender"] = self.dice.choice({"m": ("M", "male", "m"), "f": ("F", "female", "f")}[person.gender])

    def birth(self, row: dict[str, str], person: Person, style: str) -> None:
        if self.chance(0.3):
            return
        born = person.born
        if self.chance(0.03) and born.day <= 12:
            born = born.replace(month=born.day, day=born.month)
        elif self.chance(0.04):
            born = (
                born.replace(day=self.dice.randint(1, 28))
                if self.chance(0.5)
                else born.replace(year=born.year + self.dice.choice((-10, -1, 1, 10)), day=min(born.day, 28))
            )
        row["dob"] = born.strftime(style)

    def contact(self, row: dict[str, str], person: Person) -> None:
        if self.chance(0.65):
            email = (
                person.shares["email"]
                if "email" in person.shares and self.chance(0.5)
                else self.dice.choice(person.emails)
            )
            if self.chance(0.05):
                local, _, domain = email.partition("@")
                email = f"{typo(self.dice, local)}@{domain}"
            if self.chance(0.05):
                email = f"{email.split('@')[0]}@{self.dice.choice(MAILS)}"
            row["email"] = email.upper() if self.chance(0.05) else email
        if self.chance(0.6):
            phone = (
                person.shares["phone"]
                if "phone" in person.shares and self.chance(0.5)
                else self.dice.choice(person.phones)
            )
            if self.chance(0.03):
                at = self.dice.randrange(10)
                phone = phone[:at] + str(self.dice.randint(0, 9)) + phone[at + 1 :]
            row["phone"] = self.dice.choice(PHONES)(phone)
        if self.chance(0.1):
            row["phone2"] = self.dice.choice(PHONES)(self.dice.choice(person.phones))

    def place(self, row: dict[str, str], address: Address) -> None:
        if self.chance(0.3):
            return
        street = typo(self.dice, address.street) if self.chance(0.06) else address.street
        kind = SHORT[address.kind] if self.chance(0.4) else address.kind
        written = f"{address.house} {street} {kind}"
        if self.chance(0.15):
            row["address_line"] = f"{written}, {address.city}, {address.postcode}"
            return
        row |= {"street": written, "city": typo(self.dice, address.city) if self.chance(0.05) else address.city}
        row["postcode"] = address.postcode if self.chance(0.85) else ""
        row["country"] = "US" if self.chance(0.3) else ""


def dirty_records(people: int, seed: int = 1) -> tuple[list[dict[str, str]], dict[str, str]]:
    """Records, and the person of each."""
    dice = random.Random(seed)
    town, clerk = Town(dice), Clerk(dice)
    while len(town.people) < people:
        town.household()
    rows: list[dict[str, str]] = []
    truth: dict[str, str] = {}
    for person in town.people[:people]:
        for _ in range(dice.choices((1, 2, 3, 4, 6), (35, 30, 18, 12, 5))[0]):
            row = clerk.record(person, len(rows))
            rows.append(row)
            truth[row["record_id"]] = f"p{person.number}"
    dice.shuffle(rows)
    return rows, truth


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    rows, truth = dirty_records(options.people, options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    with (options.out / "records.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        writer.writerows(rows)
    with (options.out / "truth.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("record_id", "person_id"), *truth.items()])
    (options.out / "sources.json").write_text(json.dumps(SOURCES, indent=2))


if __name__ == "__main__":
    main()
