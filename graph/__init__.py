"""How it is held and asked: stores, evidence, derivation, questions, networks."""
