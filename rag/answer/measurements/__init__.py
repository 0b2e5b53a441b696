"""What abstracts measure: numbers with their units, and what the sentence ties them to."""
