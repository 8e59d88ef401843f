"""The people behind the dirty records: strangers, households with twins and namesakes, in seven scripts."""

import datetime
import random
from dataclasses import dataclass, field

MALE = "James John Robert Michael William David Richard Joseph Thomas Charles Daniel Matthew Anthony Mark Steven Paul Andrew Kevin Brian George Edward Ronald Timothy Jeffrey Nicholas Jonathan Stephen Samuel Benjamin Gregory Alexander Patrick Peter Henry Walter Lukas Stefan Jürgen Günther Wolfgang Pierre François Jean-Luc André Giovanni Marco Luca José Juan Carlos Miguel Søren Jan Piotr Zoltán".split()
FEMALE = "Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Margaret Sarah Karen Nancy Sandra Ashley Kimberly Emily Donna Michelle Carol Amanda Deborah Stephanie Rebecca Laura Katherine Cynthia Christine Samantha Catherine Victoria Charlotte Anna Julia Zoë Renée Käthe Élodie Chloé Giulia Francesca María Lucía Carmen Ingrid Astrid Agnieszka Ewa".split()
STARTS = "Ack Bar Brad Cal Chad Con Dal Den Ed El Fair Far Gar Gold Har Hay Hol Hun Jack Kel Ken Lang Law Mar Mil New Nor Oak Pal Park Pres Ran Rich Rob Sal Shel Stan Stock Thorn Wal War Wat Wes Whit Win Wood York".split()
ENDS = "berg bridge bury by cott den field ford gate ham hurst land ley man mann mer more ner ney ridge sen ski son stein stone ter ton vale well wood worth".split()
COMMON = "Smith Johnson Williams Brown Jones Garcia Miller Davis Martinez Wilson Anderson Taylor Thomas Müller Schmidt Schneider Martin Bernard Dubois Rossi Ferrari Nguyen Kowalski Sørensen O'Brien O'Connor van-Dijk".split()
SCRIPTS = {  # script: given male, given female, surnames, each as (native, Latin spellings)
    "Cyrl": (
        [("Александр", "Aleksandr Alexander"), ("Дмитрий", "Dmitry Dmitri Dmitrij"), ("Сергей", "Sergey Sergei"), ("Юрий", "Yuri Iurii Jurij"), ("Евгений", "Evgeny Yevgeny Evgenii")],
        [("Наталья", "Natalya Natalia"), ("Юлия", "Yulia Julia"), ("Екатерина", "Ekaterina Yekaterina"), ("Татьяна", "Tatyana Tatiana")],
        [("Иванов", "Ivanov"), ("Щербаков", "Shcherbakov Scherbakov"), ("Хрущёв", "Khrushchev Hruschov"), ("Жуков", "Zhukov Jukov"), ("Чайковский", "Tchaikovsky Chaikovskii"), ("Соловьёв", "Solovyov Soloviev")],
    ),
    "Grek": (
        [("Γιώργος", "Giorgos Yiorgos"), ("Νίκος", "Nikos"), ("Δημήτρης", "Dimitris Dimitrios")],
        [("Ελένη", "Eleni"), ("Μαρία", "Maria"), ("Αικατερίνη", "Aikaterini Ekaterini")],
        [("Παπαδόπουλος", "Papadopoulos"), ("Γεωργίου", "Georgiou"), ("Οικονόμου", "Oikonomou Ikonomou"), ("Χατζής", "Chatzis Hatzis")],
    ),
    "Arab": (
        [("محمد", "Mohammed Muhammad Mohamed"), ("أحمد", "Ahmed Ahmad"), ("يوسف", "Yousef Youssef Yusuf"), ("خالد", "Khaled Khalid")],
        [("فاطمة", "Fatima Fatma"), ("عائشة", "Aisha Aysha"), ("مريم", "Maryam Mariam")],
        [("حسن", "Hassan Hasan"), ("إبراهيم", "Ibrahim Ebrahim"), ("منصور", "Mansour Mansur"), ("عثمان", "Othman Osman Uthman")],
    ),
    "Hebr": (
        [("יוסף", "Yosef Yoseph"), ("דוד", "David"), ("משה", "Moshe")],
        [("שרה", "Sara Sarah"), ("רחל", "Rachel Rahel"), ("מרים", "Miriam")],
        [("כהן", "Cohen Kohen"), ("לוי", "Levi Levy"), ("מזרחי", "Mizrahi Mizrachi")],
    ),
    "Hani": (
        [("伟", "Wei"), ("强", "Qiang"), ("建国", "Jianguo"), ("小明", "Xiaoming")],
        [("芳", "Fang"), ("秀英", "Xiuying"), ("丽", "Li"), ("静", "Jing")],
        [("王", "Wang"), ("李", "Li"), ("张", "Zhang"), ("刘", "Liu"), ("陈", "Chen"), ("杨", "Yang")],
    ),
    "Hang": (
        [("민수", "Minsu Min-su"), ("지훈", "Jihun Jihoon"), ("현우", "Hyeonu Hyunwoo")],
        [("지은", "Jieun Ji-eun"), ("서연", "Seoyeon"), ("수빈", "Subin Soobin")],
        [("김", "Gim Kim"), ("이", "I Lee Yi"), ("박", "Bak Park"), ("최", "Choe Choi")],
    ),
}  # fmt: skip
STREETS = "Main Oak Park Cedar Maple Elm Lake Hill Washington Church High Station Mill School River Green King Queen Bridge Garden Forest Meadow Chapel Castle Market Spring Sunset Highland Jackson Lincoln Victoria Orchard Grove Manor".split()
KINDS = "Street Road Avenue Lane Drive Court Place".split()
CITIES = [
    (f"{start}{end}", f"{10007 + 137 * i}")
    for i, (start, end) in enumerate((s, e) for s in STARTS[:30] for e in ("ville", "port", "ham"))
]
MAILS = "gmail.com yahoo.com hotmail.com outlook.com web.de gmx.net mail.ru orange.fr icloud.com proton.me".split()


@dataclass
class Address:
    house: int
    street: str
    kind: str
    city: str
    postcode: str


@dataclass
class Person:
    number: int
    given: tuple[str, list[str]]
    surname: tuple[str, list[str]]
    script: str
    gender: str
    born: datetime.date
    address: Address
    emails: list[str]
    phones: list[str]
    suffix: str = ""
    middle: str = ""
    loyalty: str = ""
    moved: Address | None = None
    married: tuple[str, list[str]] | None = None
    shares: dict[str, str] = field(default_factory=dict)


class Town:
    """Makes people, one household after the other."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.people: list[Person] = []
        self.old_phones: list[str] = []

    def address(self) -> Address:
        city, postcode = self.dice.choice(CITIES)
        return Address(self.dice.randint(1, 199), self.dice.choice(STREETS), self.dice.choice(KINDS), city, postcode)

    def phone(self) -> str:
        if self.old_phones and self.dice.random() < 0.02:
            return self.dice.choice(self.old_phones)  # recycled
        number = f"{self.dice.randint(201, 989)}{self.dice.randint(200, 999)}{self.dice.randint(0, 9999):04}"
        self.old_phones.append(number)
        return number

    def surname(self, script: str) -> tuple[str, list[str]]:
        if script != "Latn":
            native, latin = self.dice.choice(SCRIPTS[script][2])
            return native, latin.split()
        name = (
            self.dice.choice(COMMON).replace("-", " ")
            if self.dice.random() < 0.25
            else self.dice.choice(STARTS) + self.dice.choice(ENDS)
        )
        return name, [name]

    def given(self, script: str, gender: str) -> tuple[str, list[str]]:
        if script != "Latn":
            native, latin = self.dice.choice(SCRIPTS[script][0 if gender == "m" else 1])
            return native, latin.split()
        name = self.dice.choice(MALE if gender == "m" else FEMALE)
        return name, [name]

    def born(self, first: int = 1935, last: int = 2006) -> datetime.date:
        return datetime.date(self.dice.randint(first, last), 1, 1) + datetime.timedelta(days=self.dice.randint(0, 364))

    def person(
        self,
        script: str,
        surname: tuple[str, list[str]],
        address: Address,
        born: datetime.date,
        gender: str | None = None,
    ) -> Person:
        gender = gender or self.dice.choice("mf")
        given = self.given(script, gender)
        made = Person(len(self.people), given, surname, script, gender, born, address, [], [self.phone()])
        made.emails = [self.email(made) for _ in range(self.dice.choice((1, 1, 2)))]
        if self.dice.random() < 0.3:
            made.phones.append(self.phone())
        if self.dice.random() < 0.4 and script == "Latn":
            made.middle = self.dice.choice(MALE if gender == "m" else FEMALE)
        if self.dice.random() < 0.35:
            made.loyalty = f"L{self.dice.randint(10**7, 10**8 - 1)}"
        if self.dice.random() < 0.2:
            made.moved = self.address()
        if gender == "f" and self.dice.random() < 0.08:
            made.married = self.surname(script)
        self.people.append(made)
        return made

    def email(self, person: Person) -> str:
        plain = str.maketrans("äöüéèëøñáíóúôç", "aoueeeonaiouoc")
        given, surname = (
            "".join(c for c in n[1][0].lower().translate(plain) if c.isascii() and c.isalpha())
            for n in (person.given, person.surname)
        )
        number = str(self.dice.choice(("", "", person.born.year % 100, self.dice.randint(1, 999))))
        local = self.dice.choice(
            (
                f"{given}.{surname}",
                f"{given[0]}{surname}",
                f"{given}{surname[0]}",
                f"{surname}.{given}",
                f"{given}_{surname}",
            )
        )
        if self.dice.random() < 0.15:
            local = (
                self.dice.choice(("sunny", "blue", "star", "moon", "rider", "cat", "wolf"))
                + self.dice.choice(("girl", "king", "fan", "dream", "flower"))
                + str(self.dice.randint(1, 9999))
            )
        return f"{local}{number}@{self.dice.choice(MAILS)}"

    def household(self) -> None:
        """One to five people; twins, a son with his father's name, one mailbox and one phone for all, now and then."""
        dice = self.dice
        script = dice.choices(["Latn", *SCRIPTS], [70, 8, 4, 7, 3, 5, 3])[0]
        surname, address = self.surname(script), self.address()
        parent = self.person(script, surname, address, self.born(1940, 1980))
        members = [parent]
        if dice.random() < 0.45:
            same = surname if dice.random() < 0.75 else self.surname(script)
            members.append(self.person(script, same, address, self.born(parent.born.year - 4, parent.born.year + 4)))
        if dice.random() < 0.35:
            born = self.born(parent.born.year + 20, min(parent.born.year + 35, 2008))
            child = self.person(script, surname, address, born)
            members.append(child)
            if dice.random() < 0.12:
                members.append(self.person(script, surname, address, born))  # a twin
            elif dice.random() < 0.15 and parent.gender == "m":
                child.given, child.gender, child.suffix, parent.suffix = parent.given, "m", "Jr", "Sr"
        if len(members) > 1 and dice.random() < 0.25:
            for member in members:
                member.shares["email"] = parent.emails[0]
        if len(members) > 1 and dice.random() < 0.4:
            for member in members:
                member.shares["phone"] = parent.phones[0]
