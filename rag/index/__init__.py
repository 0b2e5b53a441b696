"""The index on disk: generations (which one is current), build (a new one), store (the open one)."""
