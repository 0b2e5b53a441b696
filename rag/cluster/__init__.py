"""Ray: files are read and papers embedded on many machines, for the index that this one writes."""
