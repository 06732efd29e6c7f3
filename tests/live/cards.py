"""What a person reads on the cards of an open bracket."""

# Gives the text of each card by its element's id.
CARDS = """() => Object.fromEntries(
  [...document.querySelectorAll("[id^=match-]")].map((card) => [card.id, card.innerText])
)"""
