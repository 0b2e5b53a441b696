"""The library as a model of OpenAI's API, for whatever client speaks it."""
