"""What the made-up retailer is called, sells and charges: names, nothing else."""

from __future__ import annotations

from faker import Faker

#: Articles and their unit of sale, pieces or kilograms, from cheap to dear.
ARTICLES = (
    ("Bread rolls", "EA"),
    ("Yoghurt", "EA"),
    ("Sparkling water", "EA"),
    ("Potatoes", "KG"),
    ("Tomato passata", "EA"),
    ("Wheat flour", "EA"),
    ("Oat drink", "EA"),
    ("Dark chocolate", "EA"),
    ("Apples", "KG"),
    ("Peppermint tea", "EA"),
    ("Hand soap", "EA"),
    ("Rye bread mix", "EA"),
    ("Basmati rice", "EA"),
    ("Dish soap", "EA"),
    ("Tomatoes", "KG"),
    ("Muesli with nuts", "EA"),
    ("Kitchen towels", "EA"),
    ("Raspberry jam", "EA"),
    ("Orange juice", "EA"),
    ("Olive oil", "EA"),
    ("Washing powder", "EA"),
    ("Mountain cheese", "KG"),
    ("Espresso beans", "EA"),
    ("Smoked salmon", "KG"),
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


def article(kind: int, turn: int) -> str:
    """Name of the ``turn``-th SKU of its kind of article; no other has it."""
    variety, variant = divmod(turn, len(VARIANTS))
    name = f"{ARTICLES[kind][0]} {VARIANTS[variant]}"
    return f"{name}, variety {variety + 1}" if variety else name


def sku_id(number: int) -> str:
    """Id of the SKU with this number, counted from 0."""
    return f"SKU-{number + 1:05d}"


def store_id(number: int) -> str:
    """Id of the store with this number, counted from 0."""
    return f"S{number + 1:03d}"


def warehouse_id(number: int) -> str:
    """Id of the warehouse with this number, counted from 0."""
    return f"W{number + 1:03d}"


def supplier_id(number: int) -> str:
    """Id of the supplier with this number, counted from 0."""
    return f"SUP-{number + 1:03d}"
