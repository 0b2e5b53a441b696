"""Who may use a shared chat: addresses, people with passwords, sessions, and how often a password may be tried."""
