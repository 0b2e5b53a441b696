"""Does the cited text support a written sentence?"""
