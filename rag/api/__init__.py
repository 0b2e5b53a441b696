"""What other programs import: the library as one class, and as parts of a LlamaIndex pipeline."""
