"""A person's disagreement with a decision."""
