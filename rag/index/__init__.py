"""The index on disk.

`build` writes a new generation, which `generations` makes current; `opening` opens the current one as a `store`. On top
of that, `catalogue` pages through an index, `changes` previews a rebuild, and `uploads` keeps uploaded files.
"""
