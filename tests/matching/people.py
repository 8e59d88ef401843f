"""A small, seeded crowd of customers, each with two or three records that differ as people's records do."""

import random

import pyarrow as pa

GIVEN = (
    "Ada Ben Clara David Elena Frank Grace Hugo Ines Jonas Karin Leo Maria Nils Olga Paul Rosa Simon Tara Viktor"
).split()
SURNAMES = [
    start + end
    for start in ("Al Be Ca Du Er Fi Ga Han Iv Kel Leh Mor Nov Ol Pet Ros Sch Tor Vog We").split()
    for end in ["bott", "cker", "stillo", "sen", "mann", "ov", "reau", "ski"]
]


def crowd(people: int = 150, seed: int = 7) -> tuple[pa.Table, dict[str, str]]:
    """Records, and the person of each."""
    dice = random.Random(seed)
    rows, truth = [], {}
    for person in range(people):
        given, surname = dice.choice(GIVEN), dice.choice(SURNAMES)
        year, month, day = dice.randint(1940, 2004), dice.randint(1, 12), dice.randint(1, 28)
        email = f"{given}.{surname}{dice.randint(1, 999)}@mail.example".lower()
        phone = f"0151 {dice.randint(1_000_000, 9_999_999)}"
        for copy in range(dice.choice((1, 2, 3))):
            record = f"r{person}-{copy}"
            truth[record] = f"p{person}"
            rows.append(
                {
                    "record_id": record,
                    "first_name": given if dice.random() > 0.15 else given[0],
                    "last_name": surname if dice.random() > 0.1 else surname[:-1],
                    "dob": f"{year}-{month:02}-{day:02}" if dice.random() > 0.2 else None,
                    "email": email if dice.random() > 0.4 else None,
                    "phone": phone if dice.random() > 0.5 else None,
                    "city": dice.choice(("Berlin", "Paris", "Oslo")),
                }
            )
    return pa.Table.from_pylist(rows), truth
