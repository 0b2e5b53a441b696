"""Papers from web services: one module per service, a client that keeps to their rules, and a file that is resumed."""
