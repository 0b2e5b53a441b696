"""Writers put evidence into words. What a model writes is checked against its citations, and quoted where it fails."""
