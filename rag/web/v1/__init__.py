"""The library over HTTP, for programs: docs/http.md."""
