"""What a month of check-ins says about the machine: figures, and what is looked at again."""
