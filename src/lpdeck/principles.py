"""Amazon's sixteen leadership principles: their names, slugs, and the ways pages write them."""

from __future__ import annotations

import re
from enum import Enum


class Principle(Enum):
    """A leadership principle; the value is its slug, the form that files and options use."""

    CUSTOMER_OBSESSION = "customer-obsession"
    OWNERSHIP = "ownership"
    INVENT_AND_SIMPLIFY = "invent-and-simplify"
    ARE_RIGHT_A_LOT = "are-right-a-lot"
    LEARN_AND_BE_CURIOUS = "learn-and-be-curious"
    HIRE_AND_DEVELOP_THE_BEST = "hire-and-develop-the-best"
    INSIST_ON_THE_HIGHEST_STANDARDS = "insist-on-the-highest-standards"
    THINK_BIG = "think-big"
    BIAS_FOR_ACTION = "bias-for-action"
    FRUGALITY = "frugality"
    EARN_TRUST = "earn-trust"
    DIVE_DEEP = "dive-deep"
    HAVE_BACKBONE = "have-backbone-disagree-and-commit"
    DELIVER_RESULTS = "deliver-results"
    BEST_EMPLOYER = "strive-to-be-earths-best-employer"
    BROAD_RESPONSIBILITY = "success-and-scale-bring-broad-responsibility"

    @property
    def slug(self) -> str:
        """The form used in deck files, options and JSON: `earn-trust`."""
        return self.value

    @property
    def title(self) -> str:
        """The name as Amazon writes it: `Earn Trust`."""
        return _TITLES[self]

    @property
    def names(self) -> tuple[str, ...]:
        """Every way a page may write the principle, longest first, in lower case with straight quotes."""
        return _NAMES[self]

    @classmethod
    def named(cls, text: str) -> Principle | None:
        """The principle that `text` names, and nothing else; case, dashes and punctuation do not matter."""
        return _BY_KEY.get(_key(text))


_TITLES = {
    Principle.CUSTOMER_OBSESSION: "Customer Obsession",
    Principle.OWNERSHIP: "Ownership",
    Principle.INVENT_AND_SIMPLIFY: "Invent and Simplify",
    Principle.ARE_RIGHT_A_LOT: "Are Right, A Lot",
    Principle.LEARN_AND_BE_CURIOUS: "Learn and Be Curious",
    Principle.HIRE_AND_DEVELOP_THE_BEST: "Hire and Develop the Best",
    Principle.INSIST_ON_THE_HIGHEST_STANDARDS: "Insist on the Highest Standards",
    Principle.THINK_BIG: "Think Big",
    Principle.BIAS_FOR_ACTION: "Bias for Action",
    Principle.FRUGALITY: "Frugality",
    Principle.EARN_TRUST: "Earn Trust",
    Principle.DIVE_DEEP: "Dive Deep",
    Principle.HAVE_BACKBONE: "Have Backbone; Disagree and Commit",
    Principle.DELIVER_RESULTS: "Deliver Results",
    Principle.BEST_EMPLOYER: "Strive to be Earth's Best Employer",
    Principle.BROAD_RESPONSIBILITY: "Success and Scale Bring Broad Responsibility",
}

# Short forms and older names that pages use beside the official ones.
_ALIASES = {
    Principle.ARE_RIGHT_A_LOT: ("are right a lot", "right, a lot", "leaders are right, a lot"),
    Principle.LEARN_AND_BE_CURIOUS: ("learn & be curious",),
    Principle.INVENT_AND_SIMPLIFY: ("invent & simplify",),
    Principle.HIRE_AND_DEVELOP_THE_BEST: ("hire & develop the best", "hire and develop"),
    Principle.INSIST_ON_THE_HIGHEST_STANDARDS: ("insist on highest standards", "highest standards"),
    Principle.EARN_TRUST: ("earn trust of others", "earn the trust of others"),
    Principle.HAVE_BACKBONE: (
        "have backbone, disagree and commit",
        "have backbone: disagree and commit",
        "have backbone disagree and commit",
        "have backbone",
        "disagree and commit",
        "backbone",
    ),
    Principle.BEST_EMPLOYER: ("earth's best employer", "best employer"),
    Principle.BROAD_RESPONSIBILITY: (
        "success and scale",
        "broad responsibility",
        "success & scale bring broad responsibility",
    ),
}

_NAMES = {
    principle: tuple(sorted({title.lower(), *_ALIASES.get(principle, ())}, key=lambda name: (-len(name), name)))
    for principle, title in _TITLES.items()
}


def _key(text: str) -> str:
    """Letters only, so that quotes, dashes, punctuation and `&` do not count."""
    return re.sub(r"[^a-z]", "", text.lower().replace("&", "and"))


_BY_KEY = {_key(name): principle for principle in Principle for name in (principle.slug, *_NAMES[principle])}
