"""Retrieval and answers, measured on judged questions.

These are read (questions, beir), asked for papers (run) or for answers (answers), and told in numbers (report).
"""
