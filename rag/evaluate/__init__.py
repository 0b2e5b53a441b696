"""Measures retrieval and answers on judged questions.

`questions` and `beir` read the questions, `rankings` and `answers` ask them, `scores` scores an answer, `report`
summarises the scores.
"""
