"""Text → tokens, terms, sentences and passages, and the words that show how a sentence is meant."""
