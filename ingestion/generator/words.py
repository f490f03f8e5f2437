"""What the made-up retailer is called, sells and charges: names, nothing else."""

from __future__ import annotations

from faker import Faker

#: Article and its unit of sale: pieces or kilograms.
ARTICLES = (
    ("Espresso beans", "EA"),
    ("Oat drink", "EA"),
    ("Wheat flour", "EA"),
    ("Olive oil", "EA"),
    ("Mountain cheese", "KG"),
    ("Rye bread mix", "EA"),
    ("Tomato passata", "EA"),
    ("Dark chocolate", "EA"),
    ("Dish soap", "EA"),
    ("Kitchen towels", "EA"),
    ("Basmati rice", "EA"),
    ("Potatoes", "KG"),
    ("Sparkling water", "EA"),
    ("Peppermint tea", "EA"),
    ("Hand soap", "EA"),
    ("Muesli with nuts", "EA"),
)
VARIANTS = ("classic", "organic", "family pack", "mild", "würzig", "no. 5", "extra")
REGIONS = ("north", "east", "south", "west")


class Words:
    """Seeded names of companies and towns; the same seed gives the same names."""

    def __init__(self, seed: int) -> None:
        self._faker = Faker("de_DE")
        self._faker.seed_instance(seed)

    def company(self) -> str:
        """A supplier's name."""
        return self._faker.company()

    def town(self) -> str:
        """A place for a store or a warehouse."""
        return self._faker.city_name()


def article(number: int) -> tuple[str, str]:
    """Name and unit of the article with this number, counted from 0."""
    name, unit = ARTICLES[number % len(ARTICLES)]
    variant = VARIANTS[number // len(ARTICLES) % len(VARIANTS)]
    return f"{name} {variant}", unit
