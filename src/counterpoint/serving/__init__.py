"""Serving: the service a Bento holds; the only code that imports bentoml."""
