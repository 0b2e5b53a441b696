"""Whether everything that rag needs is there and whole: the installation, the machine, the models, the index."""
