"""The library over HTTP, as programs use it."""
