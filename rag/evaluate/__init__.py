"""Retrieval, measured on judged questions: reading them (questions, beir), asking them (run), the numbers (report)."""
