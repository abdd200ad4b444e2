"""What may be otherwise than it looks: causes, hand-offs and whole stages written down otherwise than before, and deals
lost early that were weaker than those that went on."""
