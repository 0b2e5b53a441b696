"""Measures retrieval and answers on judged questions.

`questions` and `beir` read the questions, `rankings` and `answers` ask and score them, `report` summarises the scores.
"""
