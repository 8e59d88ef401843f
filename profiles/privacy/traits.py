"""Takes the name of a trait, gives whether it is personal, hidden from viewers: each is, unless somebody opened it."""

from profiles.models import TraitRule


def open_traits() -> frozenset[str]:
    """Those that say nothing of who somebody is: a plan, a segment."""
    return frozenset(TraitRule.objects.filter(personal=False).values_list("trait", flat=True))


def mark_trait(name: str, *, personal: bool) -> None:
    """Its survivorship stays what it is."""
    TraitRule.objects.update_or_create(
        trait=name,
        defaults={"personal": personal},
        create_defaults={"personal": personal, "survivorship": TraitRule.Survivorship.MOST_RECENT},
    )
