"""Takes what an address or a program names ("email:ann@example.com", or a profile's public id), gives the numbers."""

import re

from ingest.privacy.hashed import asked_identifier
from lambdas.transform.normalise import Unusable
from profiles.identities import profile_holding
from profiles.ids import profile_id_from
from profiles.models import Identifier

KIND_AND_VALUE = re.compile(r"([a-z][a-z0-9_]{0,39}):(.+)", re.DOTALL)


def identifier_asked(text: str) -> int | None:
    """The number of an identifier given as kind:value, in any notation; None: no profile holds it. Raises Unusable."""
    stated = KIND_AND_VALUE.fullmatch(text.strip())
    if stated is None:
        raise Unusable(kind="", value=text, reason="not_kind_and_value")
    wanted = asked_identifier(stated[1], stated[2])
    return Identifier.objects.filter(value=wanted.value, kind__name=wanted.kind).values_list("pk", flat=True).first()


def profile_asked(text: str) -> int | None:
    """The profile that a public id leads to, or that holds an identifier. Raises Unusable."""
    if (number := profile_id_from(text.strip())) is not None:
        return profile_holding(number)
    identifier_id = identifier_asked(text)
    return profile_holding(identifier_id) if identifier_id else None
