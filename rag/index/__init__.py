"""The index on disk: generations (which one is current), build (a new one), store (the open one).

Around them: catalogue (an index leafed through), changes (what a rebuild would do), added (uploaded files).
"""
