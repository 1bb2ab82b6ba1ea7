"""A trained model over HTTP: the service, its requests and answers, its page, and the Bento that carries it."""
