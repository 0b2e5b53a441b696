"""Tagged text, a field a line behind its tag: RIS, MEDLINE, Web of Science and refer."""
